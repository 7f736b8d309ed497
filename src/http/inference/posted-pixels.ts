import type { Request } from 'express';
import { BOUNDS } from '../../limits.js';
import type { PhotoSource } from '../../serving/photo-source.js';
import { readBody } from '../read-body.js';
import { type InferenceRequest, readRequest } from './request.js';

/** Header with the bytes of the JSON, in a request or an answer with binary tensors. */
export const HEADER_LENGTH = 'inference-header-content-length';

/** The photos that an inference request posts as pixels. */
export function postedPixels(request: Request): PhotoSource<InferenceRequest> {
  return {
    form: 'pixels',
    async read(hold) {
      const body = await readBody(request, BOUNDS.inferenceBody.value, hold);
      return readRequest(body, request.get(HEADER_LENGTH));
    },
  };
}
