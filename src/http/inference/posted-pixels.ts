import type { Request } from 'express';
import { BOUNDS } from '../../limits.js';
import type { PhotoSource } from '../../serving/photo-source.js';
import { BodyRefusal } from '../body-refusal.js';
import { readBody } from '../read-body.js';
import { type InferenceRequest, readRequest } from './request.js';

/** Header with the bytes of the JSON, in a request or an answer with binary tensors. */
export const HEADER_LENGTH = 'inference-header-content-length';

/** The photos that an inference request posts as pixels. */
export function postedPixels(request: Request): PhotoSource<InferenceRequest> {
  return {
    form: 'pixels',
    async read(hold) {
      const jsonLength = request.get(HEADER_LENGTH);
      // Without the header the whole body is JSON.
      const { value } = jsonLength === undefined ? BOUNDS.inferenceJson : BOUNDS.inferenceBody;
      const body = await readBody(request, value, hold).catch((error: unknown) => {
        const isJson = jsonLength === undefined && error instanceof BodyRefusal && error.status === 413;
        throw isJson ? withAdvice(error) : error;
      });
      return readRequest(body, jsonLength);
    },
  };
}

function withAdvice({ code, message, details, status }: BodyRefusal): BodyRefusal {
  return new BodyRefusal(code, `${message} Send the tensor in the binary form.`, details, status);
}
