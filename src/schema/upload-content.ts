import type { UploadPromise } from './upload.js';

/** The bytes of an upload as they arrive. @throws BAD_INPUT when the request ends before the file does; DISK_FULL. */
export async function* contentOf(upload: UploadPromise): AsyncGenerator<Buffer> {
  yield* (await upload).createReadStream() as AsyncIterable<Buffer>;
}
