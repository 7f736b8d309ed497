import { type Command, Option } from 'commander';
import { RunKind, RunState } from '../../storage/enums.js';
import type { HubClient } from '../client.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { pageOf } from '../connection-page.js';
import { duration, maybe, moment, percent, shortId } from '../format.js';
import type { VariablesOf } from '../graphql.js';
import { wholeNumber } from '../numbers.js';
import { type Cell, print, sections, table } from '../output.js';
import { RUN_GROUPS, RUNS, type Run } from '../requests/run.js';
import { formatOption, printTable, readRunTable, type TableFormat } from '../run-table.js';

const HEADS = [
  ...[
    'run',
    'name',
    'state',
    'kind',
    'dataset',
    'backbone',
    ' epochs',
    ' validation accuracy',
    ' test accuracy',
    ' time',
  ],
  ...['owner', 'created', 'tags'],
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

/** What runs can be grouped by, by its name in the terminal. */
const GROUPS = { pipeline: 'PIPELINE', sweep: 'SWEEP', dataset: 'DATASET' } as const;

/** Rows of a table that says nothing else. */
const ROWS = 20;

interface RunsOptions extends ConnectionOptions {
  readonly first?: number;
  readonly after?: string;
  readonly state?: readonly RunState[];
  readonly kind?: RunKind;
  readonly dataset?: string;
  readonly datasetVersion?: number;
  readonly backbone?: string;
  readonly owner?: string;
  readonly tag?: string;
  readonly pipeline?: string;
  readonly text?: string;
  readonly sort: keyof typeof SORTS;
  readonly ascending?: true;
  readonly group?: keyof typeof GROUPS;
  readonly format?: TableFormat;
}

export function runsCommand(program: Command): void {
  withConnection(
    program
      .command('runs')
      .description('List runs, newest first.')
      .option('--first <number>', `number of runs (default: ${ROWS}; all with --format)`, wholeNumber)
      .option('--after <place>', 'continue after a page; same filter and sort')
      .addOption(new Option('--state <states...>', 'only runs in one of these states').choices(Object.values(RunState)))
      .addOption(new Option('--kind <kind>', 'only runs of this kind').choices(Object.values(RunKind)))
      .option('--dataset <name>', 'only runs on this dataset')
      .option('--dataset-version <number>', 'only runs on this version of the dataset', wholeNumber)
      .option('--backbone <name>', 'only runs on this backbone')
      .option('--owner <name>', 'only runs that the token of this name started')
      .option('--tag <tag>', 'only runs with this tag')
      .option('--pipeline <id>', 'only runs of this pipeline')
      .option(
        '--text <words>',
        'only runs with these words in the id, name, note, a tag, or the name of the owner, dataset, backbone or a model',
      )
      .addOption(new Option('--sort <by>', 'sort key').choices(Object.keys(SORTS)).default('created'))
      .option('--ascending', 'lowest first')
      .addOption(new Option('--group <by>', 'list groups of runs').choices(Object.keys(GROUPS)))
      .addOption(formatOption().conflicts('group')),
  ).action(async (options: RunsOptions) => {
    const { first, after = null, ascending, group, format } = options;
    const client = await connect(options);
    const sort = { by: SORTS[options.sort], direction: ascending ? 'ASCENDING' : 'DESCENDING' } as const;
    const filter = filterOf(options);
    if (format) return printTable(format, await readRunTable(client, format, { first, filter, sort }));
    const part = { first: first ?? ROWS, after };
    if (group) return printGroups(client, options, { by: GROUPS[group], ...part, filter });
    const found = await client.request(RUNS, { ...part, filter, sort });
    const { nodes: runs, next } = pageOf(found.runs);
    print(options, { runs, next }, () => sections(table(HEADS, runs.map(runRow)), nextPage(next)));
  });
}

async function printGroups(
  client: HubClient,
  options: RunsOptions,
  variables: VariablesOf<typeof RUN_GROUPS>,
): Promise<void> {
  const { runGroups } = await client.request(RUN_GROUPS, variables);
  const { nodes: groups, next } = pageOf(runGroups);
  const rows = groups.map(({ id, label, count, validationAccuracy, testAccuracy, newestAt }) => [
    id === null ? 'none' : shortId(id),
    ...[label, count, maybe(validationAccuracy, percent), maybe(testAccuracy, percent), moment(newestAt)],
  ]);
  const heads = ['group', 'name', ' runs', ' best validation accuracy', ' best test accuracy', 'newest'];
  print(options, { groups, next }, () => sections(table(heads, rows), nextPage(next)));
}

const nextPage = (next: string | null): string => (next === null ? '' : `Next page: --after ${next}`);

function filterOf(options: RunsOptions): Filter {
  const { state, kind, dataset, datasetVersion, backbone, owner, tag, pipeline, text } = options;
  return {
    ...(state ? { states: [...state] } : {}),
    ...(kind ? { kind } : {}),
    ...(dataset ? { dataset } : {}),
    ...(datasetVersion === undefined ? {} : { datasetVersion }),
    ...(backbone ? { backbone } : {}),
    ...(owner ? { owner } : {}),
    ...(tag ? { tag } : {}),
    ...(pipeline ? { pipelineId: pipeline } : {}),
    ...(text ? { text } : {}),
  };
}

function runRow(run: Run): Cell[] {
  return [
    shortId(run.id),
    run.name,
    run.state,
    run.kind,
    `${run.datasetVersion.dataset} ${run.datasetVersion.number}`,
    run.backboneName,
    run.epochs.length,
    maybe(run.validationAccuracy, percent),
    maybe(run.testAccuracy, percent),
    maybe(run.seconds, ({ features, training, evaluation }) => duration(features + training + evaluation)),
    run.owner?.name,
    moment(run.createdAt),
    run.tags.join(', '),
  ];
}
