import type { Request, RequestHandler } from 'express';
import type { Permission } from '../domain/permission.js';

/** A route other than GraphQL. */
export interface Route {
  readonly method: 'get' | 'post';
  /** Path in Express's syntax. */
  readonly path: string;
  /** Permission that the caller needs; null when no token is needed. */
  readonly needs: Permission | null;
  /** Selects requests that need no token in spite of `needs`. */
  readonly open?: (request: Request) => boolean;
  /** Most bytes of a body; `BOUNDS.jsonBytes` by default. */
  readonly maxBody?: number;
  readonly answer: RequestHandler | RequestHandler[];
}
