import type { IncomingMessage } from 'node:http';
import { HubError } from '../errors.js';

/** Forms are parsed as they arrive. @throws UNSUPPORTED_TYPE when one is compressed. */
export function refuseCompressedForm({ headers }: IncomingMessage): void {
  const received = headers['content-encoding'];
  if (received === undefined || received.toLowerCase() === 'identity') return;
  const message = `A form cannot be compressed: Content-Encoding ${received} was received. Send the form without it.`;
  throw new HubError('UNSUPPORTED_TYPE', message, { received });
}
