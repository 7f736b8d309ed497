import type { Response } from 'express';
import type { HubError } from '../errors.js';

/** Answers a request that never reaches GraphQL, in GraphQL's form of an error, so that clients need know one only. */
export function refuse(response: Response, status: number, error: HubError): void {
  const extensions = { ...error.details, code: error.code };
  response.status(status).json({ errors: [{ message: error.message, extensions }] });
}
