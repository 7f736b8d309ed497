import { expect, it } from 'vitest';
import { exitOf } from '../../src/cli/exit.js';
import { type ErrorCode, HubError } from '../../src/errors.js';
import { statusOf } from '../../src/http/refuse.js';
import { readPage } from './pages.js';

/** Codes of the type `ErrorCode`, and those that only the terminal has. */
function codesOf(source: string): { readonly codes: ErrorCode[]; readonly ofTerminal: ErrorCode[] } {
  const [, type = ''] = /export type ErrorCode =\n([\s\S]+?);/.exec(source)!;
  const [sent = '', own = ''] = type.split('// Codes of the terminal only.');
  const names = (text: string): ErrorCode[] =>
    [...text.matchAll(/\| '([A-Z_]+)'/g)].map(([, name]) => name as ErrorCode);
  return { codes: names(sent), ofTerminal: names(own) };
}

/** Rows of the table between the marks, by their code. */
const [, table = ''] = /<!-- codes -->\n([\s\S]+?)<!-- \/codes -->/.exec(readPage('docs/errors.md'))!;
const rows = new Map(
  [...table.matchAll(/^\| (`.+) \|$/gm)].map(([, row]) => {
    const [code = '', ...cells] = row!.split('|').map((cell) => cell.trim());
    return [code.replaceAll('`', ''), cells];
  }),
);

const { codes, ofTerminal } = codesOf(readPage('src/errors.ts'));

it('docs/errors.md has every code of the hub, with its status, its exit code, and what to do', () => {
  expect(codes.length).toBeGreaterThan(30);
  expect(ofTerminal.length).toBeGreaterThan(3);
  const [, masked] = /REQUEST_CODES = new Set\(\[(.+?)\]\)/.exec(readPage('src/schema/errors.ts'))!;
  const requests = masked!.replaceAll("'", '');
  expect([...rows.keys()]).toEqual([...codes, ...ofTerminal, 'INTERNAL', requests]);
  for (const [code, cells] of rows) {
    expect(cells, code).toHaveLength(4);
    for (const text of cells.slice(2)) expect(text.length, code).toBeGreaterThan(15);
  }
});

it.each(codes)('%s has the status and the exit code of docs/errors.md', (code) => {
  const [status, exit] = rows.get(code)!;
  // A route refuses a token that lacks the role before anything throws.
  expect(Number(status)).toBe(code === 'FORBIDDEN' ? 403 : statusOf(new HubError(code, 'Refused.')));
  expect(Number(exit)).toBe(exitOf(new HubError(code, 'Refused.')));
});

it.each(ofTerminal)('%s has the exit code of docs/errors.md, and no status', (code) => {
  const [status, exit] = rows.get(code)!;
  expect(status).toBe('');
  expect(Number(exit)).toBe(exitOf(new HubError(code, 'Refused.')));
});
