import type { IncomingMessage } from 'node:http';
import busboy from 'busboy';
import { HubError } from '../../errors.js';
import type { Hold } from '../../serving/photo-source.js';
import { refuseCompressedForm } from '../compressed-form.js';

/**
 * Reads a form whose only part is a file into memory. Undefined when the form is empty or no file was chosen.
 * A refused form is read to its end and discarded.
 * @param tooLarge makes the error for a file of more than `limit` bytes @param hold counts the bytes in memory
 * @throws UNSUPPORTED_TYPE when it is compressed; BAD_INPUT when the form has any other part, is malformed or ends early.
 */
export async function readFileOfForm(
  request: IncomingMessage,
  field: string,
  limit: number,
  tooLarge: (limit: number) => HubError,
  hold: Hold,
): Promise<Buffer | undefined> {
  refuseCompressedForm(request);
  const parser = parserOf(request, field, limit);
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] | undefined;
    const refuse = (error: Error): void => {
      request.unpipe(parser); // not destroyed: busboy throws when it is destroyed in one of its events
      request.resume();
      chunks = undefined;
      reject(error);
    };
    parser.on('file', (name, content, { filename }) => {
      content.on('error', () => undefined); // the parser reports it too
      content.on('limit', () => refuse(tooLarge(limit)));
      if (name !== field) return refuse(malformed(field, `its file is named ${JSON.stringify(name)}`));
      if (!filename) return content.resume(); // a page's form whose file was not chosen
      chunks = [];
      content.on('data', (chunk: Buffer) => {
        try {
          if (chunks) hold(chunk.length);
          chunks?.push(chunk);
        } catch (error) {
          refuse(error as HubError);
        }
      });
    });
    parser.on('filesLimit', () => refuse(malformed(field, 'it has a second file')));
    parser.on('fieldsLimit', () => refuse(malformed(field, 'it has a field that is not a file')));
    parser.on('error', (error: Error) => refuse(malformed(field, error.message)));
    parser.on('close', () => resolve(chunks && Buffer.concat(chunks)));
    const brokeOff = (): void => {
      if (!request.readableEnded)
        refuse(new HubError('BAD_INPUT', 'The upload was cut off: the connection was closed.'));
    };
    request.once('close', brokeOff);
    if (request.destroyed) brokeOff();
    else request.pipe(parser);
  });
}

/** One byte above the limit, since busboy reports a file that has reached it. */
function parserOf({ headers }: IncomingMessage, field: string, limit: number): busboy.Busboy {
  try {
    return busboy({ headers, limits: { files: 1, fields: 0, fileSize: limit + 1 } });
  } catch (error) {
    throw malformed(field, (error as Error).message); // no boundary
  }
}

function malformed(field: string, why: string): HubError {
  return new HubError('BAD_INPUT', `The form must have one file, "${field}", and nothing else: ${why}.`);
}
