import type { Request } from 'express';
import { HubError } from '../errors.js';

/** The version number in the path, if any. @throws NOT_FOUND for anything but a number. */
export function versionOf({ params: { model, version } }: Request): number | undefined {
  if (version === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(version as string)) return Number(version);
  throw new HubError('NOT_FOUND', `Versions of a model are numbers from 1; ${version} was received.`, {
    model,
    version,
  });
}
