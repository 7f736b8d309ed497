import { z } from 'zod';
import { BOUNDS } from '../../limits.js';
import { inWords, problemsOf } from '../../problems.js';
import type { Photos } from '../../serving/photo-source.js';
import { DATATYPES, type Datatype } from './pixels.js';
import { photosOfBinary, photosOfJson, refused } from './tensor-photos.js';

/** Name of the input tensor: pixels [n, side, side, 3], RGB; or encoded photos, [n]. */
export const INPUT = 'image';
/** Datatypes of the input tensor. */
export const INPUT_TYPES = [...(Object.keys(DATATYPES) as Datatype[]), 'BYTES'] as const;
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

/** An inference request: photos, and the requested outputs. */
export interface InferenceRequest extends Photos {
  readonly id: string | undefined;
  readonly outputs: readonly WantedOutput[];
}

/** A list whose items are looked at only if it has at most so many; `/v1/openapi.json` describes it with its items. */
function fewItems<T extends z.ZodType>(most: number, items: T) {
  return z
    .array(z.unknown())
    .max(most)
    .pipe(items as z.ZodType<z.output<T>, unknown[]>);
}

const isPixels = ([, height, width, channels, ...more]: readonly number[]): boolean =>
  height === width && channels === 3 && more.length === 0;
const isList = ([, width = 1, ...more]: readonly number[]): boolean => width === 1 && more.length === 0;

// The protocol does not define unknown parameters; they are ignored.
const tensorSchema = z
  .object({
    name: z.literal(INPUT),
    shape: fewItems(4, z.array(z.int().min(1))).refine(
      ([n = 0]) => n <= BOUNDS.batch.value,
      `has more than ${BOUNDS.batch.value} photos, the limit of one request`,
    ),
    datatype: z.enum(INPUT_TYPES),
    parameters: z.object({ binary_data_size: z.int().min(0).optional() }).default({}),
    data: z.unknown().optional(),
  })
  .refine(({ datatype, shape }) => datatype === 'BYTES' || isPixels(shape), {
    path: ['shape'],
    message: 'must be [n, side, side, 3]',
  })
  .refine(({ datatype, shape }) => datatype !== 'BYTES' || isList(shape), {
    path: ['shape'],
    message: 'must be [n] for encoded photos, which are BYTES',
  });
const outputSchema = z.object({
  name: z.enum(OUTPUTS),
  parameters: z.object({ binary_data: z.boolean().optional(), classification: z.int().min(0).optional() }).default({}),
});
/** The JSON of an inference request. */
export const requestSchema = z.object({
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
/** A request without its photos. */
type Head = z.output<typeof requestSchema>;

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
  const head = checkRequest(parse(body.toString('utf8', 0, length)));
  return requestOf(head, photosOf(head.inputs[0], body.subarray(length)));
}

/** A checked request with the photos of its tensor. @throws BAD_INPUT. */
export function requestOf(
  { id, parameters, inputs: [tensor], outputs }: Head,
  photos: Pick<Photos, 'bytes' | 'encoded'>,
): InferenceRequest {
  const wanted = outputs ?? OUTPUTS.map((name): z.output<typeof outputSchema> => ({ name, parameters: {} }));
  return {
    id,
    count: tensor.shape[0] as number,
    deadline: parameters.timeout && parameters.timeout / 1000,
    ...photos,
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

/** Checks all of a request but the photos. @param request as its JSON is defined. @throws BAD_INPUT. */
export function checkRequest(request: unknown): Head {
  const result = requestSchema.safeParse(request, { error: inWords });
  if (result.success) return result.data;
  throw refused(problemsOf(result.error, request).join('; '));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refused(`it is not valid JSON: ${(error as Error).message}`);
  }
}

function photosOf(tensor: Tensor, rest: Uint8Array): Pick<Photos, 'bytes' | 'encoded'> {
  const { parameters, data } = tensor;
  const { binary_data_size: size } = parameters;
  if (size === undefined) {
    if (rest.length > 0) throw refused(`${rest.length} bytes follow its JSON, but no tensor has binary_data_size`);
    return photosOfJson(tensor, data);
  }
  if (data !== undefined) throw refused('the tensor has both data and binary_data_size');
  const said = `binary_data_size is ${size}, and ${rest.length} bytes follow the JSON`;
  if (tensor.datatype === 'BYTES' && size !== rest.length) throw refused(said);
  return photosOfBinary(tensor, size === rest.length ? rest : new Uint8Array(), said);
}
