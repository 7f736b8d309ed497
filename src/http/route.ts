import type { Request, RequestHandler } from 'express';
import type { Permission } from '../domain/permission.js';

/** A way to ask the hub besides GraphQL. */
export interface Route {
  readonly method: 'get' | 'post';
  /** As Express writes it. */
  readonly path: string;
  /** Who may ask it; null: everybody, without a token. */
  readonly needs: Permission | null;
  /** Requests that everybody may make all the same. */
  readonly open?: (request: Request) => boolean;
  readonly answer: RequestHandler | RequestHandler[];
}
