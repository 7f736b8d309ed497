import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { ROOT } from './pages.js';

/** Whether parts of pages are written instead of compared: `UPDATE_DOCS=1 npx vitest run --project unit test/docs`. */
const UPDATES = process.env.UPDATE_DOCS === '1';

/** Expects the part of a page between `<!-- name -->` and `<!-- /name -->` to be a text made from the code. */
export function expectPart(page: string, name: string, text: string): void {
  const part = new RegExp(`(<!-- ${name} -->\n)([\\s\\S]*?)(<!-- /${name} -->)`);
  const whole = readFileSync(`${ROOT}${page}`, 'utf8');
  expect(whole, `${page} has a part "${name}"`).toMatch(part);
  if (UPDATES)
    writeFileSync(
      `${ROOT}${page}`,
      whole.replace(part, (_, begin, __, end) => `${begin}${text}${end}`),
    );
  else expect(part.exec(whole)?.[2], 'UPDATE_DOCS=1 npx vitest run --project unit test/docs writes it').toBe(text);
}

/** A table in Markdown; a line break or a bar in a cell would end it. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |\n`;
  return `${line(head)}|${'---|'.repeat(head.length)}\n${rows.map(line).join('')}`;
}
