import Upload from 'graphql-upload/Upload.mjs';
import { HubError } from '../../errors.js';

/** Reads the form's field `operations`. @throws BAD_INPUT. */
export const readOperations = (text: string): object => parseField('operations', text);

/**
 * Reads the form's field `map`, and puts an `Upload` into every place of the operations that it names.
 * @param maxFiles most files that it may name.
 * @returns uploads by the name of the form's file. @throws BAD_INPUT, or LIMIT_EXCEEDED.
 */
export function mapUploads(operations: object, mapText: string, maxFiles: number): ReadonlyMap<string, Upload> {
  const map = parseField('map', mapText);
  if (Array.isArray(map)) throw wrongField('map', 'a JSON object', mapText);
  const entries = Object.entries(map);
  if (entries.length > maxFiles) {
    const message = `The form maps ${entries.length} files; the limit of one request is ${maxFiles}.`;
    throw new HubError('LIMIT_EXCEEDED', message, { limit: maxFiles, received: entries.length });
  }
  const uploads = new Map<string, Upload>();
  for (const [name, paths] of entries) {
    const upload = new Upload();
    uploads.set(name, upload);
    if (!Array.isArray(paths)) throw wrongField('map', `an object of lists of paths; "${name}" has none`, mapText);
    for (const path of paths) place(operations, path, upload);
  }
  return uploads;
}

function parseField(field: string, text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new HubError('BAD_INPUT', `The form's field "${field}" is not valid JSON: ${(error as Error).message}.`);
  }
  if (typeof value === 'object' && value !== null) return value;
  throw wrongField(field, 'a JSON object', text);
}

function wrongField(field: string, expected: string, text: string): HubError {
  return new HubError(
    'BAD_INPUT',
    `The form's field "${field}" must be ${expected}; ${text.slice(0, 100)} was received.`,
  );
}

/** Puts an upload where the operations have null. @param path such as `variables.images.0` */
function place(operations: object, path: unknown, upload: Upload): void {
  const steps = typeof path === 'string' ? path.split('.') : [];
  const last = steps.pop();
  const holder = steps.reduce<unknown>((value, step) => own(value, step), operations);
  const isFree = isObject(holder) && last && !(last in Object.prototype) && (own(holder, last) ?? null) === null;
  if (!isFree) {
    const message = `The form's field "map" names ${JSON.stringify(path)}, where the operations do not have null.`;
    throw new HubError('BAD_INPUT', message, { received: path });
  }
  (holder as Record<string, unknown>)[last] = upload;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A value that an object itself has, not its prototype. */
function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}
