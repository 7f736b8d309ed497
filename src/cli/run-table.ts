import { Option } from 'commander';
import type { HubClient } from './client.js';
import type { ResultOf, VariablesOf } from './graphql.js';
import { RUN_TABLE } from './requests/run.js';
import { terminal } from './terminal.js';

/** Form of a table for other programs. */
export type TableFormat = 'csv' | 'json';

/** Most rows of a request. */
const PART = 1000;

export const formatOption = (): Option =>
  new Option('--format <format>', 'form of the table').choices(['csv', 'json'] satisfies TableFormat[]);

/** Prints a table of the API: CSV as it is, lines of JSON as an array. */
export function printTable(format: TableFormat, text: string): void {
  terminal().stdout.write(format === 'csv' ? text : `[${text.trimEnd().split('\n').join(',')}]\n`);
}

/** The table of all runs of a list, or of the first ones. */
export async function readRunTable(
  client: HubClient,
  format: TableFormat,
  { first, ...list }: Pick<VariablesOf<typeof RUN_TABLE>, 'filter' | 'sort'> & { readonly first: number | undefined },
): Promise<string> {
  const texts: string[] = [];
  let left = first ?? Number.POSITIVE_INFINITY;
  let next: string | null = null;
  do {
    const part: Part = await readPart(client, format, { ...list, page: { first: Math.min(PART, left), after: next } });
    texts.push(part.text);
    ({ next } = part);
    left -= PART;
  } while (next !== null && left > 0);
  return texts.join('');
}

type Part = ResultOf<typeof RUN_TABLE>['runTable'];

async function readPart(
  client: HubClient,
  format: TableFormat,
  variables: Omit<VariablesOf<typeof RUN_TABLE>, 'format'>,
): Promise<Part> {
  return (await client.request(RUN_TABLE, { ...variables, format: format === 'csv' ? 'CSV' : 'JSON' })).runTable;
}
