import type { ApolloClient } from '@apollo/client';
import { type Enum, graphql, type VariablesOf } from '../../graphql';
import { shortId } from '../../lib/format';
import { save } from '../../lib/save';

export type Format = 'csv' | 'json';

const RUN_TABLE = graphql(`
  query RunTable($format: TableFormat!, $filter: RunFilter, $sort: RunSort, $after: ID) {
    runTable(format: $format, filter: $filter, sort: $sort, page: { after: $after }) { text next }
  }
`);

const EPOCH_TABLE = graphql(`
  query EpochTable($id: ID!, $format: TableFormat!) {
    run(id: $id) { id epochTable(format: $format) }
  }
`);

/** Saves all runs of a list as a file, with their metrics and hyperparameters. */
export async function saveRunTable(
  client: ApolloClient,
  form: Format,
  list: Pick<VariablesOf<typeof RUN_TABLE>, 'filter' | 'sort'>,
): Promise<void> {
  const texts: string[] = [];
  let after: string | null = null;
  do {
    const part: { text: string; next: string | null } = await readPart(client, {
      ...list,
      format: formatOf(form),
      after,
    });
    texts.push(part.text);
    after = part.next;
  } while (after !== null);
  saveText(form, 'runs', texts.join(''));
}

/** Saves the metrics of all epochs of a run as a file. */
export async function saveEpochTable(client: ApolloClient, form: Format, id: string): Promise<void> {
  const variables = { id, format: formatOf(form) };
  const { data } = await client.query({ query: EPOCH_TABLE, variables, fetchPolicy: 'no-cache' });
  if (!data?.run) throw new Error('The run was deleted.');
  saveText(form, `run-${shortId(id)}`, data.run.epochTable);
}

async function readPart(client: ApolloClient, variables: VariablesOf<typeof RUN_TABLE>) {
  const { data } = await client.query({ query: RUN_TABLE, variables, fetchPolicy: 'no-cache' });
  if (!data) throw new Error('The hub sent no table and gave no reason.');
  return data.runTable;
}

const formatOf = (form: Format): Enum<'TableFormat'> => (form === 'csv' ? 'CSV' : 'JSON');

/** @param text a table of the API: CSV as it is, or an object a line. */
function saveText(form: Format, name: string, text: string): void {
  const whole = form === 'csv' ? text : `[\n${text.trimEnd().replaceAll('\n', ',\n')}\n]\n`;
  save(new Blob([whole], { type: form === 'csv' ? 'text/csv' : 'application/json' }), `${name}.${form}`);
}
