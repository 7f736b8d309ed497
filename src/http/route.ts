import type { RequestHandler } from 'express';

/** A way to ask the hub besides GraphQL. */
export interface Route {
  readonly method: 'get' | 'post';
  /** As Express writes it. */
  readonly path: string;
  /** Whether it answers without a token; never, unless it is said. */
  readonly open?: boolean | ((request: Parameters<RequestHandler>[0]) => boolean);
  readonly answer: RequestHandler | RequestHandler[];
}
