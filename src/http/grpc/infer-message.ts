import protobuf from 'protobufjs';
import { HubError } from '../../errors.js';
import { BOUNDS } from '../../limits.js';
import type { Answered } from '../../serving/answer.js';
import { bytesOf, type Output, partsOf } from '../inference/answer.js';
import { checkRequest, type InferenceRequest, requestOf } from '../inference/request.js';
import { type InputTensor, photosOfBinary, photosOfValues, refused } from '../inference/tensor-photos.js';
import type { Message, Protocol } from './protocol.js';

/** A `ModelInferRequest`. */
export interface InferMessage extends InferenceRequest {
  readonly model: string;
  /** Number of a version as text; empty for the alias `production`. */
  readonly version: string;
  /** Whether the tensor came in `raw_input_contents`: the outputs go the same way. */
  readonly isRaw: boolean;
}

/** Tag of `raw_input_contents`: field 7, with a length. */
const RAW_TAG = (7 << 3) | 2;
/** Most fields of a request besides the tensor's bytes, a repeated one once for each value. */
const MOST_FIELDS = 64;
/** Fields with the values of a tensor, by its datatype. */
const CONTENTS = { UINT8: 'uint_contents', FP32: 'fp32_contents', BYTES: 'bytes_contents' } as const;

type Parameters = Readonly<Record<string, { readonly parameter_choice?: string } & Message>>;
interface Tensor extends Message {
  readonly parameters: Parameters;
  readonly contents: Message | null;
}

/** Reads a `ModelInferRequest`, which is as large as its sender likes, part by part. @throws BAD_INPUT. */
export function readInferMessage(protocol: Protocol, bytes: Buffer): InferMessage {
  const { head, raw } = split(bytes);
  const message = decode(protocol, head);
  const inputs = message.inputs as readonly Tensor[];
  const outputs = message.outputs as readonly (Message & { readonly parameters: Parameters })[];
  const checked = checkRequest({
    ...(message.id === '' ? {} : { id: message.id }),
    parameters: valuesOf(message.parameters as Parameters),
    inputs: inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    ...(outputs.length > 0 && {
      outputs: outputs.map(({ name, parameters }) => ({ name, parameters: valuesOf(parameters) })),
    }),
  });
  const [tensor] = checked.inputs;
  const { contents } = inputs[0] as Tensor;
  if (raw && contents) throw refused('the tensor has both contents and raw_input_contents');
  const photos = raw
    ? photosOfBinary(tensor, raw, `raw_input_contents has ${raw.length}`)
    : photosOfValues(tensor, contentsOf(tensor, contents));
  const named = { model: message.model_name as string, version: message.model_version as string };
  return { ...requestOf(checked, photos), ...named, isRaw: raw !== undefined };
}

/** Writes a `ModelInferResponse`. */
export function writeInferMessage(protocol: Protocol, answered: Answered<InferMessage>): Buffer {
  const { named, outputs } = partsOf(answered);
  const { isRaw } = answered.photos;
  return protocol.encode('ModelInferResponse', {
    ...named,
    parameters: Object.fromEntries(
      Object.entries(named.parameters).map(([key, text]) => [key, { string_param: text }]),
    ),
    outputs: outputs.map(({ name, datatype, shape, values }) => ({
      ...{ name, datatype, shape },
      ...(isRaw ? {} : { contents: writtenContents(values) }),
    })),
    raw_output_contents: isRaw ? outputs.map(({ values }) => bytesOf(values)) : [],
  });
}

/** Separates the bytes of the tensor from the rest, and bounds the rest before anything is made of it. */
function split(bytes: Buffer): { readonly head: Buffer; readonly raw: Uint8Array | undefined } {
  const reader = protobuf.Reader.create(bytes);
  const parts: Buffer[] = [];
  let raw: Uint8Array | undefined;
  try {
    while (reader.pos < reader.len) {
      const start = reader.pos;
      const tag = reader.uint32();
      if (tag === RAW_TAG) {
        if (raw) throw refused('raw_input_contents has more than 1 tensor, the number of inputs');
        raw = reader.bytes();
        continue;
      }
      reader.skipType(tag & 7);
      parts.push(bytes.subarray(start, reader.pos));
      if (parts.length > MOST_FIELDS) throw refused(`it has more than ${MOST_FIELDS} fields`);
    }
  } catch (error) {
    throw unreadable(error);
  }
  const head = Buffer.concat(parts);
  const { value } = raw ? BOUNDS.inferenceHead : BOUNDS.inferenceJson;
  if (head.length <= value) return { head, raw };
  throw refused(
    `it has ${head.length} bytes besides raw_input_contents; the limit is ${value}: send the tensor in raw_input_contents`,
  );
}

function decode(protocol: Protocol, head: Buffer): Message {
  try {
    return protocol.decode('ModelInferRequest', head);
  } catch (error) {
    throw unreadable(error);
  }
}

/** A refusal stays as it is; any other error comes from bytes that are no message. */
const unreadable = (error: unknown): HubError =>
  error instanceof HubError ? error : refused('it is no ModelInferRequest');

/** Values of parameters by name. */
function valuesOf(parameters: Parameters): Message {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, value[value.parameter_choice ?? '']]),
  );
}

function contentsOf({ datatype }: InputTensor, contents: Message | null): ArrayLike<number> | readonly Uint8Array[] {
  const field = CONTENTS[datatype];
  const others = Object.entries(contents ?? {}).filter(
    ([name, values]) => name !== field && (values as readonly unknown[]).length > 0,
  );
  const [other] = others;
  if (other) throw refused(`the values of a ${datatype} tensor belong in ${field}; ${other[0]} was received`);
  return (contents?.[field] ?? []) as ArrayLike<number> | readonly Uint8Array[];
}

function writtenContents(values: Output['values']): Message {
  if (values instanceof Float32Array) return { fp32_contents: [...values] };
  return { bytes_contents: values.map((text) => Buffer.from(text, 'utf8')) };
}
