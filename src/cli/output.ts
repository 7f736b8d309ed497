import Table from 'cli-table3';
import { printable } from '../datasets/names.js';
import { terminal } from './terminal.js';

/** Options of every command that prints a result. */
export interface OutputOptions {
  readonly json?: true;
}

/** A value in a table or list; a missing one is printed as a dash. */
export type Cell = string | number | null | undefined;

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'left', 'mid', 'right']
    .flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`])
    .concat('middle', 'mid-mid')
    .map((name) => [name, '']),
);

/** Prints the result of a command: with --json one JSON document, else the text, if there is one. */
export function print(options: OutputOptions, value: unknown, text?: () => string): void {
  const shown = options.json ? JSON.stringify(value) : text?.();
  if (shown !== undefined) terminal().stdout.write(`${shown}\n`);
}

/** A table. A heading that starts with a space aligns its column to the right. */
export function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return 'None.';
  const made = new Table({
    head: heads.map((head) => head.trim().toUpperCase()),
    colAligns: heads.map((head) => (head.startsWith(' ') ? 'right' : 'left')),
    chars: { ...NO_LINES, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  made.push(...rows.map((row) => row.map(cell)));
  return trimEnds(made.toString());
}

/** Named values, one per line. */
export function fields(parts: Readonly<Record<string, Cell>>): string {
  const width = Math.max(...Object.keys(parts).map((name) => name.length)) + 2;
  return Object.entries(parts)
    .map(([name, value]) => `${name.padEnd(width)}${cell(value)}`)
    .join('\n');
}

/** Joins sections with an empty line between them; empty sections are left out. */
export function sections(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('\n\n');
}

function cell(value: Cell): string {
  return value === null || value === undefined || value === '' ? '-' : printable(String(value));
}

function trimEnds(text: string): string {
  return text.replace(/ +$/gm, '');
}
