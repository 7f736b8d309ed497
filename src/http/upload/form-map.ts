import Upload from 'graphql-upload/Upload.mjs';
import { HubError } from '../../errors.js';
import { BOUNDS } from '../../limits.js';

/** Reads the form's field `operations`. @throws BAD_INPUT. */
export const readOperations = (text: string): object => parseField('operations', text);

/**
 * Reads the form's field `map`, and puts an `Upload` into every place of the operations that it names.
 * @returns uploads by the name of the form's file. @throws BAD_INPUT, or LIMIT_EXCEEDED.
 */
export function mapUploads(operations: object, mapText: string): ReadonlyMap<string, Upload> {
  const map = parseField('map', mapText);
  if (Array.isArray(map)) throw wrongField('map', 'a JSON object', mapText);
  const entries = Object.entries(map);
  checkCount(entries.length, 'files');
  const uploads = new Map<string, Upload>();
  let places = 0;
  for (const [name, paths] of entries) {
    const upload = new Upload();
    uploads.set(name, upload);
    if (!Array.isArray(paths)) throw wrongField('map', `an object of lists of paths; "${name}" has none`, mapText);
    places += paths.length;
    checkCount(places, 'places');
    for (const path of paths) place(operations, path, upload);
  }
  return uploads;
}

function checkCount(received: number, what: string): void {
  const { value } = BOUNDS.formFiles;
  if (received <= value) return;
  const message = `The form maps ${received} ${what}; the limit of one request is ${value}.`;
  throw new HubError('LIMIT_EXCEEDED', message, { limit: value, received });
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
  const { value } = BOUNDS.mapPath;
  if (typeof path === 'string' && path.length > value) {
    const message = `A path in the form's field "map" has ${path.length} characters; the limit is ${value}.`;
    throw new HubError('LIMIT_EXCEEDED', message, { limit: value, received: path.length });
  }
  const steps = typeof path === 'string' ? path.split('.') : [];
  const last = steps.pop();
  const holder = steps.reduce<unknown>((value, step) => own(value, step), operations);
  const isFree = isObject(holder) && last && !(last in Object.prototype) && (own(holder, last) ?? null) === null;
  if (!isFree) {
    const message = `The form's field "map" names ${quoted(path)}, where the operations do not have null.`;
    throw new HubError('BAD_INPUT', message);
  }
  (holder as Record<string, unknown>)[last] = upload;
}

const quoted = (path: unknown): string => JSON.stringify(path).slice(0, BOUNDS.mapPath.value);

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A value that an object itself has, not its prototype. */
function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}
