import type { Request, RequestHandler, Response } from 'express';
import { toRefusal } from './body-refusal.js';

/** Reads a body with one of Express's parsers. Called late, so that the body of a refused request is not read. */
export function parse(parser: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void parser(request, response, (error?: unknown) => (error ? reject(toRefusal(error, request)) : resolve()));
  });
}
