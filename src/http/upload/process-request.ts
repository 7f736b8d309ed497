import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import type Upload from 'graphql-upload/Upload.mjs';
import { HubError } from '../../errors.js';
import { BOUNDS } from '../../limits.js';
import { Spool } from '../../storage/spool.js';
import { mapUploads, readOperations } from './form-map.js';

interface UploadOptions {
  /** Bytes of one file. */
  readonly maxFileSize: number;
  /** Folder of files that are arriving. */
  readonly folder: string;
  /** Called now and then while files arrive. Rejects when there is no room for more. */
  readonly admit?: () => Promise<void>;
}

/** Bytes between two calls of `admit`. A photo is smaller. */
const ADMITTED = 64 * 1024 ** 2;

const MAX_FIELD = BOUNDS.formField.value;
const MAX_FILES = BOUNDS.formFiles.value;

/**
 * Reads a request of the GraphQL multipart request specification, as graphql-upload's `processRequest` does, with files in
 * a folder of ours (ADR 20). Source: https://github.com/jaydenseric/graphql-multipart-request-spec, "Multipart form field
 * structure": the fields `operations` and `map`, then the files.
 * @returns the operations, once the map is read; files are still arriving.
 * @throws BAD_INPUT or LIMIT_EXCEEDED. Files that do not arrive whole fail with the same codes, or with DISK_FULL.
 */
export function processRequest(
  request: IncomingMessage,
  response: ServerResponse,
  { maxFileSize, folder, admit = async () => undefined }: UploadOptions,
): Promise<object> {
  // One byte above the limits, since busboy reports what has reached them.
  const limits = { fieldSize: MAX_FIELD + 1, fields: 2, fileSize: maxFileSize + 1, files: MAX_FILES };
  const parser = parserOf(request, limits);
  return new Promise((resolve, reject) => {
    const spools = new Set<Spool>();
    let operations: object | undefined;
    let uploads: ReadonlyMap<string, Upload> | undefined;
    let stopped = false;
    let answered = false;

    const refuseMissing = (errorOf: (name: string) => HubError): void => {
      for (const [name, upload] of uploads ?? []) if (!upload.file) upload.reject(errorOf(name));
    };
    /** Refuses the form and those of its files that have not arrived; the rest of the request is read and discarded. */
    const stop = (error: HubError): void => {
      if (stopped) return;
      stopped = true;
      request.unpipe(parser); // not destroyed: busboy throws when it is destroyed in one of its events
      request.resume();
      for (const spool of spools) spool.fail(error);
      refuseMissing(() => error);
      reject(error);
    };
    const attempt = (work: () => void): void => {
      try {
        if (!stopped) work();
      } catch (error) {
        stop(error as HubError);
      }
    };
    const readField = (name: string | undefined, value: string, isTruncated: boolean): void => {
      if (name !== 'operations' && name !== 'map') {
        throw misordered(name === undefined ? 'a part has no name' : `the field "${name.slice(0, 100)}" is neither`);
      }
      if (isTruncated) throw fieldTooLarge(name, MAX_FIELD);
      if (name === 'operations' ? operations : uploads) throw misordered(`"${name}" comes twice`);
      if (name === 'operations') operations = readOperations(value);
      if (name !== 'map') return;
      if (operations === undefined) throw misordered('"map" comes before "operations"');
      uploads = mapUploads(operations, value);
      resolve(operations);
    };
    const readFile = (name: string, content: Readable, about: busboy.FileInfo): void => {
      content.on('error', () => undefined); // the parser reports it too
      if (stopped || !uploads) content.resume();
      if (!uploads) throw misordered('a file comes before "map"');
      const upload = uploads.get(name);
      if (upload?.file) throw new HubError('BAD_INPUT', `The form has two files named "${name.slice(0, 100)}".`);
      if (!upload || answered) return void content.resume(); // no one reads it
      const spool = new Spool(folder);
      spools.add(spool);
      content.on('limit', () => spool.fail(fileTooLarge(maxFileSize)));
      content.pipe(spool.input);
      const { filename = '', encoding, mimeType: mimetype } = about;
      upload.resolve({ filename, encoding, mimetype, createReadStream: () => spool.read() });
    };
    parser.on('field', (name, value, { valueTruncated }) => attempt(() => readField(name, value, valueTruncated)));
    parser.on('file', (name, content, about) => attempt(() => readFile(name, content, about)));
    parser.on('filesLimit', () => stop(tooManyFiles(MAX_FILES)));
    parser.on('error', (error: Error) => stop(cutOff(error.message)));
    parser.on('close', () => {
      const missing = operations === undefined ? 'operations' : 'map';
      if (!uploads) return stop(new HubError('BAD_INPUT', `The form has no field "${missing}".`));
      refuseMissing((name) => new HubError('BAD_INPUT', `The form has no file "${name}", which its map names.`));
    });
    const brokeOff = (): void => {
      if (!request.readableEnded) stop(cutOff('the connection was closed'));
    };
    request.once('close', brokeOff);
    response.once('close', () => {
      answered = true;
      const late = cutOff('the request was answered before this file arrived');
      for (const spool of spools) {
        spool.fail(late); // Node no longer tells when the sender of an answered request leaves
        spool.release();
      }
      refuseMissing(() => late);
    });
    let unadmitted = 0;
    request.on('data', (chunk: Buffer) => {
      unadmitted += chunk.length;
      if (unadmitted < ADMITTED) return;
      unadmitted = 0;
      admit().catch(stop);
    });
    if (request.destroyed) brokeOff();
    else request.pipe(parser);
  });
}

function parserOf({ headers }: IncomingMessage, limits: busboy.Limits): busboy.Busboy {
  try {
    return busboy({ headers, defParamCharset: 'utf8', limits });
  } catch (error) {
    throw new HubError('BAD_INPUT', `The form cannot be read: ${(error as Error).message}.`); // no boundary
  }
}

function cutOff(why: string): HubError {
  return new HubError('BAD_INPUT', `The upload was cut off: ${why}.`);
}

function misordered(what: string): HubError {
  return new HubError('BAD_INPUT', `The parts of the form must be "operations", "map" and then the files; ${what}.`);
}

function fieldTooLarge(field: string, limit: number): HubError {
  return new HubError(
    'LIMIT_EXCEEDED',
    `The form's field "${field}" has more than ${limit} bytes, the limit of a field.`,
    { limit },
  );
}

function fileTooLarge(limit: number): HubError {
  return new HubError('LIMIT_EXCEEDED', `The file has more than ${limit} bytes, the limit of one file.`, { limit });
}

function tooManyFiles(limit: number): HubError {
  return new HubError('LIMIT_EXCEEDED', `The form has more than ${limit} files, the limit of one request.`, { limit });
}
