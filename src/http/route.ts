import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import type { Permission } from '../domain/permission.js';
import type { ErrorForm } from './refuse.js';
import { readQuery } from './rest/query.js';

/** Content by media type, each with the schema of what is read or sent; `BYTES` for what is not text. */
export type Contents = Readonly<Record<string, z.ZodType>>;

/** What a route takes and answers. `/v1/openapi.json` is made from it. */
interface Described {
  /** Name of the operation, for generators of clients. */
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  /** Parameters in the query string, by the schema that reads them. Without it the query string is ignored. */
  readonly query?: z.ZodObject;
  readonly body?: Contents;
  /** Answers by status, except refusals. */
  readonly answers: Readonly<Record<number, Contents>>;
  /** Statuses of refusals, besides those of every route of its kind. */
  readonly refusals?: readonly number[];
}

/** A route other than GraphQL. */
export interface Route extends Described {
  readonly method: 'get' | 'post';
  /** Path in Express's syntax. */
  readonly path: string;
  /** Permission that the caller needs; null when no token is needed. */
  readonly needs: Permission | null;
  /** Selects requests that need no token in spite of `needs`. */
  readonly open?: (request: Request) => boolean;
  /** Most bytes of a body; `BOUNDS.jsonBytes` by default. */
  readonly maxBody?: number;
  /** Form of its errors; that of GraphQL, or of the paths above it, by default. */
  readonly errorForm?: ErrorForm;
  readonly answer: RequestHandler | RequestHandler[];
}

/** Reads the query string by the schema that describes it. */
export function withQuery<Q extends z.ZodObject>(
  query: Q,
  answer: (query: z.output<Q>, request: Request, response: Response) => Promise<void>,
): Pick<Route, 'query' | 'answer'> {
  return { query, answer: (request, response) => answer(readQuery(query, request.query), request, response) };
}

/** Answers with JSON of the type that the schema describes. @param before handlers that read the body. */
export function withJson<A extends z.ZodType>(
  schema: A,
  find: (request: Request, response: Response) => z.input<A> | Promise<z.input<A>>,
  ...before: RequestHandler[]
): Pick<Route, 'answers' | 'answer'> {
  const answer: RequestHandler = async (request, response) => void response.json(await find(request, response));
  return { answers: { 200: json(schema) }, answer: [...before, answer] };
}

/** JSON of this form. */
export const json = (schema: z.ZodType): Contents => ({ 'application/json': schema });
