import { encoderOf } from '../protobuf.js';

/**
 * The parts of TensorFlow's formats that this engine writes. Field numbers are those of saved_model.proto, meta_graph.proto,
 * graph.proto, node_def.proto, attr_value.proto, tensor.proto and tensor_shape.proto
 * (https://github.com/tensorflow/tensorflow/tree/master/tensorflow/core/protobuf and .../framework).
 */
const MESSAGES = {
  SavedModel: { schemaVersion: ['int64', 1], metaGraphs: ['repeated MetaGraph', 2] },
  MetaGraph: { metaInfo: ['MetaInfo', 1], graph: ['Graph', 2], signatures: ['map Signature', 5] },
  MetaInfo: { tags: ['repeated string', 4] },
  Graph: { node: ['repeated Node', 1], versions: ['Versions', 4] },
  Versions: { producer: ['int32', 1] },
  Node: { name: ['string', 1], op: ['string', 2], input: ['repeated string', 3], attr: ['map Attribute', 5] },
  Attribute: {
    list: ['List', 1],
    s: ['bytes', 2],
    i: ['int64', 3],
    f: ['float', 4],
    b: ['bool', 5],
    type: ['int32', 6],
    shape: ['Shape', 7],
    tensor: ['Tensor', 8],
  },
  List: { i: ['repeated int64', 3] },
  Shape: { dim: ['repeated Dimension', 2] },
  Dimension: { size: ['int64', 1] },
  Tensor: { dtype: ['int32', 1], shape: ['Shape', 2], content: ['bytes', 4] },
  Signature: { inputs: ['map TensorInfo', 1], outputs: ['map TensorInfo', 2], method: ['string', 3] },
  TensorInfo: { name: ['string', 1], dtype: ['int32', 2], shape: ['Shape', 3] },
} as const;

/** Encodes the file `saved_model.pb` of a SavedModel. */
export const encodeSavedModel = encoderOf(MESSAGES, 'SavedModel');
