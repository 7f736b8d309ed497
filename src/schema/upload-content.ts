import type { FileUpload } from 'graphql-upload/processRequest.mjs';
import { HubError } from '../errors.js';

/** The bytes of an upload as they arrive. @throws BAD_INPUT when the request ends before the file does. */
export async function* contentOf(upload: Promise<FileUpload>): AsyncGenerator<Buffer> {
  try {
    yield* (await upload).createReadStream() as AsyncIterable<Buffer>;
  } catch (error) {
    refuseBrokenUpload(error);
  }
}

/** Words an error of the request's parser. Errors of the system have a code, errors of its reader a status. */
export function refuseBrokenUpload(error: unknown): never {
  if (!(error instanceof Error) || 'code' in error || 'status' in error) throw error;
  throw new HubError('BAD_INPUT', `The upload was cut off: ${error.message}.`);
}
