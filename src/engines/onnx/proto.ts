import { encoderOf } from '../protobuf.js';

/**
 * The part of the ONNX file format that this engine writes. Field numbers are those of onnx.proto, IR version 10
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
 */
const MESSAGES = {
  Model: {
    irVersion: ['int64', 1],
    producerName: ['string', 2],
    graph: ['Graph', 7],
    opsetImport: ['repeated Opset', 8],
    metadataProps: ['repeated Entry', 14],
  },
  Opset: { domain: ['string', 1], version: ['int64', 2] },
  Entry: { key: ['string', 1], value: ['string', 2] },
  Graph: {
    node: ['repeated Node', 1],
    name: ['string', 2],
    initializer: ['repeated Tensor', 5],
    input: ['repeated ValueInfo', 11],
    output: ['repeated ValueInfo', 12],
  },
  Node: {
    input: ['repeated string', 1],
    output: ['repeated string', 2],
    name: ['string', 3],
    opType: ['string', 4],
    attribute: ['repeated Attribute', 5],
  },
  Attribute: {
    name: ['string', 1],
    f: ['float', 2],
    i: ['int64', 3],
    s: ['bytes', 4],
    g: ['Graph', 6],
    floats: ['repeated float', 7],
    ints: ['repeated int64', 8],
    type: ['int32', 20],
  },
  Tensor: {
    dims: ['repeated int64', 1],
    dataType: ['int32', 2],
    name: ['string', 8],
    rawData: ['bytes', 9],
  },
  ValueInfo: { name: ['string', 1], type: ['Type', 2] },
  Type: { tensorType: ['TensorType', 1] },
  TensorType: { elemType: ['int32', 1], shape: ['TensorShape', 2] },
  TensorShape: { dim: ['repeated Dimension', 1] },
  Dimension: { dimValue: ['int64', 1], dimParam: ['string', 2] },
} as const;

/** Encodes a model. Fields that are not set are left out. */
export const encodeModel = encoderOf(MESSAGES, 'Model');

/** Encodes metadata as bytes to append to a model file: the format merges concatenated messages. */
export function encodeMetadata(metadata: Readonly<Record<string, string>>): Uint8Array {
  return encodeModel({ metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })) });
}
