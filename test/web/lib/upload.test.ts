import { expect, it } from 'vitest';
import { mayPassLater, Refusal } from '../../../web/src/lib/upload';

it.each([
  ['OVERLOADED', null, true],
  ['DEADLINE_EXCEEDED', null, true],
  ['SHUTTING_DOWN', null, true],
  ['UNREACHABLE', null, true],
  ['LIMIT_EXCEEDED', 7, true],
  ['LIMIT_EXCEEDED', null, false],
  ['IMAGE_REFUSED', null, false],
  ['NOT_FOUND', null, false],
])('knows whether %s (retry after: %s) may pass later: %s', (code, retryAfter, expected) => {
  expect(mayPassLater(new Refusal('no', code, retryAfter))).toBe(expected);
});
