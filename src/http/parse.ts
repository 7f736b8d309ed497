import type { Request, RequestHandler, Response } from 'express';

/** Lets one of Express's parsers read a body now: a request that is refused before is not read. */
export function parse(parser: RequestHandler, request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void parser(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
  });
}
