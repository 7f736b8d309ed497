import express, { type Request, type Response } from 'express';
import { BOUNDS } from '../../limits.js';
import type { PhotoSource } from '../../serving/photo-source.js';
import { bodyBytes, parse } from '../parse.js';
import { type InferenceRequest, readRequest } from './request.js';

/** Header with the bytes of the JSON, in a request or an answer with binary tensors. */
export const HEADER_LENGTH = 'inference-header-content-length';

const parseBody = express.raw({ limit: BOUNDS.inferenceBody.value, type: () => true });

/** The photos that an inference request posts as pixels. */
export function postedPixels(request: Request, response: Response): PhotoSource<InferenceRequest> {
  return {
    form: 'pixels',
    async read(hold) {
      hold(bodyBytes(request, BOUNDS.inferenceBody.value));
      await parse(parseBody, request, response);
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      return readRequest(body, request.get(HEADER_LENGTH));
    },
  };
}
