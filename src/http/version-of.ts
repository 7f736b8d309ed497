import type { Request } from 'express';
import { z } from 'zod';
import { HubError } from '../errors.js';

/** Number of a version as a part of a path. */
export const versionSchema = z
  .string()
  .regex(/^[1-9]\d{0,8}$/)
  .meta({ type: 'integer', minimum: 1, maximum: 999_999_999, pattern: undefined });

/** The version number in the path, if any. @throws NOT_FOUND for anything but a number. */
export function versionOf({ params: { model, version } }: Request): number | undefined {
  return version === undefined ? undefined : toVersion(model as string, version as string);
}

/** @throws NOT_FOUND for anything but the number of a version. */
export function toVersion(model: string, version: string): number {
  if (versionSchema.safeParse(version).success) return Number(version);
  throw new HubError('NOT_FOUND', `Versions of a model are numbers from 1; ${version} was received.`, {
    model,
    version,
  });
}
