import { expect, it } from 'vitest';
import { HubError } from '../../src/errors.js';
import { statusOf } from '../../src/http/refuse.js';

it.each([
  ['IMAGE_REFUSED', 422],
  ['WEIGHTS_REFUSED', 422],
  ['BLOB_CORRUPT', 500],
] as const)(
  '%s has the status %i: what was sent or chosen is refused, and damage is the fault of the hub',
  (code, status) => {
    expect(statusOf(new HubError(code, 'x'))).toBe(status);
  },
);
