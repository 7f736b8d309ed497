import type { Request } from 'express';
import { BOUNDS } from '../../limits.js';
import type { PhotoSource, Photos } from '../../serving/photo-source.js';
import { BodyRefusal } from '../body-refusal.js';
import { type InTurn, readBody } from '../read-body.js';
import { readRaw } from './raw-request.js';
import { checkHead, type InferenceRequest, readRequest } from './request.js';

/** Header with the bytes of the JSON, in a request or an answer with binary tensors. */
export const HEADER_LENGTH = 'inference-header-content-length';

/** How the work of reading takes turns with that of other tokens. */
export interface InTurns {
  readonly unpack: InTurn;
  readonly parse: <T>(work: () => T) => Promise<T>;
}

/** The photos of an inference request: a tensor in JSON, a tensor after JSON, or the body alone. */
export function postedTensor(request: Request, { unpack, parse }: InTurns): PhotoSource<InferenceRequest> {
  const jsonLength = request.get(HEADER_LENGTH);
  const isPhoto = Boolean(request.is('image/*'));
  if (isPhoto || jsonLength === '0') {
    return {
      form: isPhoto ? 'encoded' : 'pixels',
      read: async (hold) => readRaw(await readBody(request, BOUNDS.inferenceBody.value, hold, unpack), isPhoto),
    };
  }
  if (jsonLength === undefined) return postedJson(request, { unpack, parse }, (body) => readRequest(body, undefined));
  return {
    form: 'pixels',
    async read(hold) {
      checkBefore(request, Number(jsonLength));
      const body = await readBody(request, BOUNDS.inferenceBody.value, hold, unpack);
      return parse(() => readRequest(body, jsonLength));
    },
  };
}

/** The photos in a body of JSON. @param read makes them of it. */
export function postedJson<P extends Photos>(
  request: Request,
  { unpack, parse }: InTurns,
  read: (body: Buffer) => P,
): PhotoSource<P> {
  return {
    form: 'pixels',
    async read(hold) {
      const body = await readBody(request, BOUNDS.inferenceJson.value, hold, unpack).catch((error: unknown) => {
        throw error instanceof BodyRefusal && error.status === 413 ? withAdvice(error) : error;
      });
      return parse(() => read(body));
    },
  };
}

/** Refuses JSON that is too long before it is read, where the headers tell. */
function checkBefore({ headers }: Request, jsonLength: number): void {
  const total = Number(headers['content-length'] ?? 0);
  if (headers['content-encoding'] === undefined && jsonLength <= total) checkHead(jsonLength, total);
}

function withAdvice({ code, message, details, status }: BodyRefusal): BodyRefusal {
  return new BodyRefusal(code, `${message} Send the tensor in the binary form.`, details, status);
}
