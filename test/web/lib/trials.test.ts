import { expect, it } from 'vitest';
import { progressOf } from '../../../web/src/lib/trials';

it.each([
  ['0 of 2', ['QUEUED', 'QUEUED']],
  ['2 of 3', ['SUCCEEDED', 'STOPPED', 'QUEUED']],
  ['1 of 3, 1 failed', ['SUCCEEDED', 'FAILED', 'QUEUED']],
  ['0 of 2, 2 canceled', ['CANCELLED', 'CANCELLED']],
  ['1 of 4, 1 failed, 2 canceled', ['FAILED', 'SUCCEEDED', 'CANCELLED', 'CANCELLED']],
] as const)('says %s of trials that are %j', (text, states) => {
  expect(progressOf(states.map((state) => ({ state })))).toBe(text);
});
