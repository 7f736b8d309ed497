import { type Command, Option } from 'commander';
import { RunKind, RunState } from '../../storage/enums.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { duration, maybe, moment, percent } from '../format.js';
import type { VariablesOf } from '../graphql.js';
import { wholeNumber } from '../numbers.js';
import { type Cell, print, sections, table } from '../output.js';
import { RUNS, type Run } from '../requests/run.js';

const HEADS = [
  ...['run', 'state', 'kind', 'dataset', 'backbone', ' epochs', ' validation accuracy', ' test accuracy', ' time'],
  ...['created', 'tags'],
];

type Filter = NonNullable<VariablesOf<typeof RUNS>['filter']>;

/** Sort keys of the API, by their names in the terminal. */
const SORTS = {
  created: 'CREATED_AT',
  asked: 'CREATED_AT', // the earlier name of `created`
  'test-accuracy': 'TEST_ACCURACY',
  'test-loss': 'TEST_LOSS',
  'validation-accuracy': 'VALIDATION_ACCURACY',
  'validation-loss': 'VALIDATION_LOSS',
  time: 'EPOCH_SECONDS',
} as const;

interface RunsOptions extends ConnectionOptions {
  readonly first: number;
  readonly after?: string;
  readonly state?: readonly RunState[];
  readonly kind?: RunKind;
  readonly dataset?: string;
  readonly datasetVersion?: number;
  readonly tag?: string;
  readonly text?: string;
  readonly sort: keyof typeof SORTS;
  readonly ascending?: true;
}

export function runsCommand(program: Command): void {
  withConnection(
    program
      .command('runs')
      .description('List runs, newest first.')
      .option('--first <number>', 'number of runs', wholeNumber, 20)
      .option('--after <place>', 'continue after a page; same filter and sort')
      .addOption(new Option('--state <states...>', 'only runs in one of these states').choices(Object.values(RunState)))
      .addOption(new Option('--kind <kind>', 'only runs of this kind').choices(Object.values(RunKind)))
      .option('--dataset <name>', 'only runs on this dataset')
      .option('--dataset-version <number>', 'only runs on this version of the dataset', wholeNumber)
      .option('--tag <tag>', 'only runs with this tag')
      .option('--text <text>', 'only runs with this text in the id or a tag')
      .addOption(new Option('--sort <by>', 'sort key').choices(Object.keys(SORTS)).default('created'))
      .option('--ascending', 'lowest first'),
  ).action(async (options: RunsOptions) => {
    const { first, after = null, sort, ascending } = options;
    const { runs: page } = await (await connect(options)).request(RUNS, {
      page: { first, after },
      filter: filterOf(options),
      sort: { by: SORTS[sort], direction: ascending ? 'ASCENDING' : 'DESCENDING' },
    });
    print(options, page, () =>
      sections(table(HEADS, page.runs.map(runRow)), page.next ? `Next page: --after ${page.next}` : ''),
    );
  });
}

function filterOf({ state, kind, dataset, datasetVersion, tag, text }: RunsOptions): Filter {
  return {
    ...(state ? { states: [...state] } : {}),
    ...(kind ? { kind } : {}),
    ...(dataset ? { dataset } : {}),
    ...(datasetVersion === undefined ? {} : { datasetVersion }),
    ...(tag ? { tag } : {}),
    ...(text ? { text } : {}),
  };
}

function runRow(run: Run): Cell[] {
  return [
    run.id,
    run.state,
    run.kind,
    `${run.datasetVersion.dataset} ${run.datasetVersion.number}`,
    run.backboneName,
    run.epochs.length,
    maybe(run.validationAccuracy, percent),
    maybe(run.testAccuracy, percent),
    maybe(run.seconds, ({ features, training, evaluation }) => duration(features + training + evaluation)),
    moment(run.createdAt),
    run.tags.join(', '),
  ];
}
