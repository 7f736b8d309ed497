import { expect, it } from 'vitest';
import { BOUNDS, type Bound } from '../../src/limits.js';
import { readPage } from './pages.js';

const MIB = 1024 ** 2;

/** As the table shows it. */
function shown({ value, unit }: Bound): string {
  if (unit === 'milliseconds') return `${value / 1000} s`;
  if (unit === 'levels') return `${value} levels`;
  if (unit === '') return value.toLocaleString('en');
  if (value % (1024 * MIB) === 0) return `${value / MIB / 1024} GiB`;
  if (value % MIB === 0) return `${value / MIB} MiB`;
  if (value % 1024 === 0) return `${value / 1024} KiB`;
  return value < 1e6 ? `${value / 1000} kB` : `${value / 1e6} MB`;
}

it('the table of bounds in docs/security.md has those of the code', () => {
  const rows = Object.entries<Bound>(BOUNDS).map(
    ([name, bound]) => `| ${bound.what} | ${shown(bound)} | \`${name}\` |`,
  );
  const table = ['| what | limit | name |', '|---|---|---|', ...rows].join('\n');
  const page = readPage('docs/security.md');
  expect(/<!-- bounds -->\n([\s\S]*)\n<!-- \/bounds -->/.exec(page)?.[1]).toBe(table);
});
