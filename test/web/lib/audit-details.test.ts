import { expect, it } from 'vitest';
import { readDetails } from '../../../web/src/lib/audit-details.js';

const linesOf = (value: unknown): readonly string[] | undefined => readDetails({ value })[0]?.lines;

it('details of an event have names in words, and leave out what is null', () => {
  expect(readDetails({ runId: 'a', expiresAt: null, datasetVersionId: 'b' })).toEqual([
    { name: 'Run id', lines: ['a'] },
    { name: 'Dataset version id', lines: ['b'] },
  ]);
});

it.each([
  ['yes for true', true, ['yes']],
  ['six digits of a number', 0.8333333333333334, ['0.833333']],
  ['words of an enum', 'FINE_TUNE', ['Fine tune']],
  ['a list in one line', ['RUN_ENDED', 3], ['Run ended, 3']],
  ['none for an empty list', [], ['none']],
  ['the fields of an object', { name: 'a', note: null, tags: ['x', 'y'] }, ['name a, tags x, y']],
  [
    'a line for each object of a list',
    [{ rule: 'A', passed: true }, { passed: false }],
    ['rule A, passed yes', 'passed no'],
  ],
])('a value is shown as %s', (_, value, lines) => {
  expect(linesOf(value)).toEqual(lines);
});

it('a time is shown as a date', () => {
  expect(linesOf('2026-11-30T22:00:00.000Z')?.[0]).toMatch(/^[A-Z][a-z]+ \d+, 2026/);
});
