import { expect, it } from 'vitest';
import { firstSteps, type Held } from '../../../web/src/lib/first-steps';

const EMPTY: Held = { versions: 0, ingestions: 0, runs: [], production: false };

it.each<[string, Partial<Held>, [string, string, string]]>([
  ['an empty hub', {}, ['next', 'later', 'later']],
  ['an ingestion under way', { ingestions: 1 }, ['doing', 'later', 'later']],
  ['a dataset version', { versions: 1 }, ['done', 'next', 'later']],
  ['a run that waits', { versions: 1, runs: [{ state: 'QUEUED' }] }, ['done', 'doing', 'later']],
  ['a run that failed', { versions: 1, runs: [{ state: 'FAILED' }] }, ['done', 'next', 'later']],
  ['a run that succeeded', { versions: 1, runs: [{ state: 'SUCCEEDED' }] }, ['done', 'done', 'next']],
  ['production', { versions: 1, runs: [{ state: 'SUCCEEDED' }], production: true }, ['done', 'done', 'done']],
])('knows what comes next with %s', (_, held, [data, train, classify]) => {
  expect(firstSteps({ ...EMPTY, ...held })).toEqual({ data, train, classify });
});
