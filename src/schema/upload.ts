import { GraphQLScalarType } from 'graphql';
import GraphQLUpload from 'graphql-upload/GraphQLUpload.mjs';
import type { FileUpload } from 'graphql-upload/processRequest.mjs';
import { HubError } from '../errors.js';

/** The scalar of a file in a multipart request (https://github.com/jaydenseric/graphql-multipart-request-spec). */
export const UploadScalar = new GraphQLScalarType({
  ...GraphQLUpload.toConfig(),
  parseValue(value) {
    const upload = (GraphQLUpload.parseValue(value) as UploadPromise).catch(brokenOff);
    upload.catch(() => undefined); // a resolver may refuse before it looks; that must not end the process
    return upload;
  },
});

/** A file that may still be arriving. Its name and type are the client's word and decide nothing. */
export type UploadPromise = Promise<FileUpload>;

/** Limits of a multipart request. */
export const UPLOAD_LIMITS = {
  /** Bytes of one file: an archive of a dataset. */
  maxFileSize: 4 * 1024 ** 3,
  maxFiles: 16,
  /** Bytes of the operations and of the map. */
  maxFieldSize: 1024 ** 2,
} as const;

/** An upload as it arrives. @throws BAD_INPUT when the request ends before the file does. */
export async function* contentOf(upload: UploadPromise): AsyncGenerator<Buffer> {
  try {
    yield* (await upload).createReadStream() as AsyncIterable<Buffer>;
  } catch (error) {
    brokenOff(error);
  }
}

/** Words an error of the request's parser. The system's errors have codes, those of its reader a status. */
function brokenOff(error: unknown): never {
  if (!(error instanceof Error) || 'code' in error || 'status' in error) throw error;
  throw new HubError('BAD_INPUT', `The upload broke off: ${error.message}.`);
}

/** A whole upload in memory. @throws LIMIT_EXCEEDED as soon as more than `limit` bytes have come. */
export async function readAtMost(upload: UploadPromise, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of contentOf(upload)) {
    bytes += chunk.byteLength;
    if (bytes > limit) throw photoTooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function photoTooLarge(limit: number): HubError {
  return new HubError('LIMIT_EXCEEDED', `The photo has more than ${limit} bytes, the limit of one photo.`, { limit });
}
