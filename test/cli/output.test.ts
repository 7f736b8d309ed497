import { expect, it } from 'vitest';
import { fields, sections, table } from '../../src/cli/output.js';

it('a table stands under its headings, numbers at the right, and ends no line in spaces', () => {
  const rows = [
    ['cats', 2, 'small'],
    ['all-animals', 12, null],
  ];
  expect(table(['dataset', ' versions', 'description'], rows)).toBe(
    ['DATASET      VERSIONS  DESCRIPTION', 'cats                2  small', 'all-animals        12  -'].join('\n'),
  );
});

it('a table of nothing says so', () => {
  expect(table(['dataset'], [])).toBe('None.');
});

it('what comes from a hub moves no cursor', () => {
  expect(table(['name'], [['a\u001b[2Jb']])).toBe('NAME\na\\u{1b}[2Jb');
  expect(fields({ name: 'two\nlines' })).toBe('name  two\\u{a}lines');
});

it('sections that are empty leave no gap', () => {
  expect(sections('a', '', 'b')).toBe('a\n\nb');
});
