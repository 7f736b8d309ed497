import type { Request, RequestHandler, Response } from 'express';
import { toRefusal } from './body-refusal.js';

/** Reads a body with one of Express's parsers. Called late, so that the body of a refused request is not read. */
export function parse(parser: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void parser(request, response, (error?: unknown) => (error ? reject(toRefusal(error, request)) : resolve()));
  });
}

/** Bytes that the body of a request takes in memory at most: what it states, or the limit where it states none. */
export function bodyBytes({ headers }: Request, limit: number): number {
  const stated = headers['content-encoding'] === undefined ? Number(headers['content-length'] ?? limit) : limit;
  return Math.min(stated, limit);
}
