import type { Command } from 'commander';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { duration, maybe, moment, percent } from '../format.js';
import { wholeNumber } from '../numbers.js';
import { type Cell, print, sections, table } from '../output.js';
import { RUNS, type Run } from '../requests/run.js';

const HEADS = ['run', 'state', 'kind', 'dataset', 'backbone', ' epochs', ' test accuracy', ' time', 'asked'];

interface RunsOptions extends ConnectionOptions {
  readonly first: number;
  readonly after?: string;
}

export function runsCommand(program: Command): void {
  withConnection(
    program
      .command('runs')
      .description('List runs, newest first.')
      .option('--first <number>', 'how many', wholeNumber, 20)
      .option('--after <run>', 'those asked for before this one'),
  ).action(async (options: RunsOptions) => {
    const { first, after = null } = options;
    const { runs: page } = await (await connect(options)).request(RUNS, { page: { first, after } });
    print(options, page, () =>
      sections(table(HEADS, page.runs.map(runRow)), page.next ? `More: hub runs --after ${page.next}` : ''),
    );
  });
}

function runRow(run: Run): Cell[] {
  return [
    run.id,
    run.state,
    run.kind,
    `${run.datasetVersion.dataset} ${run.datasetVersion.number}`,
    run.backboneName,
    run.epochs.length,
    maybe(run.testAccuracy, percent),
    maybe(run.seconds, ({ features, training, evaluation }) => duration(features + training + evaluation)),
    moment(run.createdAt),
  ];
}
