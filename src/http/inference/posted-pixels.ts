import type { Request } from 'express';
import { BOUNDS } from '../../limits.js';
import type { PhotoSource } from '../../serving/photo-source.js';
import { BodyRefusal } from '../body-refusal.js';
import { type InTurn, readBody } from '../read-body.js';
import { checkHead, type InferenceRequest, readRequest } from './request.js';

/** Header with the bytes of the JSON, in a request or an answer with binary tensors. */
export const HEADER_LENGTH = 'inference-header-content-length';

/** How the work of reading takes turns with that of other tokens. */
interface InTurns {
  readonly unpack: InTurn;
  readonly parse: <T>(work: () => T) => Promise<T>;
}

/** The photos that an inference request posts as pixels. */
export function postedPixels(request: Request, { unpack, parse }: InTurns): PhotoSource<InferenceRequest> {
  return {
    form: 'pixels',
    async read(hold) {
      const jsonLength = request.get(HEADER_LENGTH);
      // Without the header the whole body is JSON.
      const { value } = jsonLength === undefined ? BOUNDS.inferenceJson : BOUNDS.inferenceBody;
      if (jsonLength !== undefined) checkBefore(request, Number(jsonLength));
      const body = await readBody(request, value, hold, unpack).catch((error: unknown) => {
        const isJson = jsonLength === undefined && error instanceof BodyRefusal && error.status === 413;
        throw isJson ? withAdvice(error) : error;
      });
      return parse(() => readRequest(body, jsonLength));
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
