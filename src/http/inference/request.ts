import { z } from 'zod';
import { HubError } from '../../errors.js';
import { BOUNDS } from '../../limits.js';
import { elements } from '../../network/tensor.js';
import { inWords, problemsOf } from '../../problems.js';
import type { Photos } from '../../serving/photo-source.js';
import { DATATYPES, type Datatype, pixelsOfBytes, pixelsOfJson } from './pixels.js';

/** Name of the input tensor: [n, side, side, 3], RGB. */
export const INPUT = 'image';
/** Output tensors for n photos: probabilities as [n, classes] FP32; the most probable class as [n] BYTES. */
const OUTPUTS = ['probabilities', 'label'] as const;

/** A requested output. */
export interface WantedOutput {
  readonly name: (typeof OUTPUTS)[number];
  /** Whether it is sent after the JSON instead of in it. */
  readonly binary: boolean;
  /** Number of most probable classes to list as `probability:index:label`; all as numbers when undefined. */
  readonly classification?: number | undefined;
}

/** An inference request: photos as pixels, and the requested outputs. */
export interface InferenceRequest extends Photos {
  readonly id: string | undefined;
  readonly outputs: readonly WantedOutput[];
}

/** A list whose items are looked at only if it has at most so many. */
function fewItems<T extends z.ZodType>(most: number, items: T) {
  return z
    .array(z.unknown())
    .max(most)
    .pipe(items as z.ZodType<z.output<T>, unknown[]>);
}

// The protocol does not define unknown parameters; they are ignored.
const tensorSchema = z.object({
  name: z.literal(INPUT),
  shape: fewItems(4, z.array(z.int().min(1)))
    .refine(([, height, width, channels, ...more]) => height === width && channels === 3 && more.length === 0, {
      message: 'must be [n, side, side, 3]',
    })
    .refine(
      ([n = 0]) => n <= BOUNDS.batch.value,
      `has more than ${BOUNDS.batch.value} photos, the limit of one request`,
    ),
  datatype: z.enum(Object.keys(DATATYPES) as [Datatype]),
  parameters: z.object({ binary_data_size: z.int().min(0).optional() }).default({}),
  data: z.unknown().optional(),
});
const outputSchema = z.object({
  name: z.enum(OUTPUTS),
  parameters: z.object({ binary_data: z.boolean().optional(), classification: z.int().min(0).optional() }).default({}),
});
const requestSchema = z.object({
  id: z.string().max(BOUNDS.inferenceId.value).optional(),
  parameters: z
    .object({
      binary_data_output: z.boolean().default(false),
      /** Microseconds until the answer, as Triton defines it. */
      timeout: z.int().min(1).optional(),
    })
    .prefault({}),
  inputs: fewItems(1, z.tuple([tensorSchema])),
  outputs: fewItems(OUTPUTS.length, z.array(outputSchema))
    .refine(
      (outputs) => new Set(outputs.map(({ name }) => name)).size === outputs.length,
      'must not list an output twice',
    )
    .optional(),
});
type Tensor = z.output<typeof tensorSchema>;

/**
 * Reads a request of the Open Inference Protocol over HTTP with its binary extension: JSON, then the bytes of the tensors
 * that have `binary_data_size`.
 * Source: the protocol's repository and Triton's documents "Inference Protocols" and "Binary Tensor Data Extension".
 * @param jsonLength header `Inference-Header-Content-Length`; without it the whole body is JSON.
 * @throws BAD_INPUT.
 */
export function readRequest(body: Buffer, jsonLength: string | undefined): InferenceRequest {
  const length = jsonLength === undefined ? body.length : Number(jsonLength);
  if (!Number.isInteger(length) || length < 1 || length > body.length) {
    throw refused(
      `Inference-Header-Content-Length is ${JSON.stringify(jsonLength)}, of a body of ${body.length} bytes`,
    );
  }
  checkHead(length, body.length);
  const { id, parameters, inputs, outputs } = parse(body.toString('utf8', 0, length));
  const [tensor] = inputs;
  const wanted = outputs ?? OUTPUTS.map((name): z.output<typeof outputSchema> => ({ name, parameters: {} }));
  return {
    id,
    count: tensor.shape[0] as number,
    deadline: parameters.timeout && parameters.timeout / 1000,
    bytes: pixelsOf(tensor, body.subarray(length)),
    outputs: wanted.map(({ name, parameters: { binary_data: binary, classification } }) => {
      if (classification && name === 'label') throw refused('classification applies to probabilities, not to label');
      return { name, binary: binary ?? parameters.binary_data_output, classification };
    }),
  };
}

/** Refuses JSON that is too long. @param length bytes of the JSON. @param total those of the body. @throws BAD_INPUT. */
export function checkHead(length: number, total: number): void {
  if (length < total && length > BOUNDS.inferenceHead.value) {
    throw refused(
      `its JSON has ${length} bytes; the limit before a tensor in the binary form is ${BOUNDS.inferenceHead.value}`,
    );
  }
  if (length > BOUNDS.inferenceJson.value) {
    throw refused(
      `its JSON has ${length} bytes; the limit is ${BOUNDS.inferenceJson.value}: send the tensor in the binary form`,
    );
  }
}

function parse(text: string): z.output<typeof requestSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw refused(`it is not valid JSON: ${(error as Error).message}`);
  }
  const result = requestSchema.safeParse(json, { error: inWords });
  if (result.success) return result.data;
  throw refused(problemsOf(result.error, json).join('; '));
}

function pixelsOf({ shape, datatype, parameters, data }: Tensor, rest: Uint8Array): Uint8Array {
  const count = elements(shape);
  const { binary_data_size: size } = parameters;
  if (size === undefined) {
    if (rest.length > 0) throw refused(`${rest.length} bytes follow its JSON, but no tensor has binary_data_size`);
    const pixels = pixelsOfJson(datatype, data, shape);
    if (pixels.length === count) return pixels;
    throw refused(`a tensor of shape [${shape.join(', ')}] has ${count} values; ${pixels.length} were received`);
  }
  if (data !== undefined) throw refused('the tensor has both data and binary_data_size');
  const expected = count * DATATYPES[datatype];
  if (size !== expected || rest.length !== expected) {
    const says = `binary_data_size is ${size}, and ${rest.length} bytes follow the JSON`;
    throw refused(`a tensor of ${datatype} and shape [${shape.join(', ')}] has ${expected} bytes; ${says}`);
  }
  return pixelsOfBytes(datatype, rest);
}

function refused(why: string): HubError {
  return new HubError('BAD_INPUT', `The inference request cannot be used: ${why}.`);
}
