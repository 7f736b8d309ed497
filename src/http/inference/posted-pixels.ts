import express, { type Request, type Response } from 'express';
import type { PhotoSource } from '../../serving/photo-source.js';
import { bodyBytes, parse } from '../parse.js';
import { MAX_BODY_BYTES } from './bounds.js';
import { type InferenceRequest, readRequest } from './request.js';

/** Header with the bytes of the JSON, in a request or an answer with binary tensors. */
export const HEADER_LENGTH = 'inference-header-content-length';

const parseBody = express.raw({ limit: MAX_BODY_BYTES, type: () => true });

/** The photos that an inference request posts as pixels. */
export function postedPixels(request: Request, response: Response): PhotoSource<InferenceRequest> {
  return {
    form: 'pixels',
    async read(hold) {
      hold(bodyBytes(request, MAX_BODY_BYTES));
      await parse(parseBody, request, response);
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      return readRequest(body, request.get(HEADER_LENGTH));
    },
  };
}
