import { type Command, Option } from 'commander';
import { PIPELINES, type PipelineName } from '../../training/presets.js';
import type { HubClient } from '../client.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { estimateText } from '../estimate-text.js';
import { findVersion } from '../find-version.js';
import { followToEnd } from '../follow.js';
import type { VariablesOf } from '../graphql.js';
import { hyperparameters } from '../hyperparameters.js';
import { interruptible } from '../interrupt.js';
import { nameValuePairs, wholeNumber } from '../numbers.js';
import { print } from '../output.js';
import { ESTIMATE } from '../requests/estimate.js';
import { type Run, START_PIPELINE } from '../requests/run.js';
import { type LabelOptions, labelOf, withLabel } from '../run-label.js';
import { spinner } from '../spinner.js';
import { type TrainingData, withTrainingData } from '../training-data.js';
import { working } from '../working.js';

type PipelineInput = VariablesOf<typeof START_PIPELINE>['input'];

const KINDS = { TRANSFER: 'transfer', FINE_TUNE: 'fine-tuning' } as const;

interface TrainOptions extends ConnectionOptions, TrainingData, LabelOptions {
  readonly recipe: PipelineName;
  readonly imageSize: number;
  readonly seed: number;
  readonly set?: readonly (readonly [string, string])[];
  readonly estimate?: true;
  readonly follow?: true;
  readonly detach?: true;
}

export function trainCommand(program: Command): void {
  withConnection(
    withLabel(
      withTrainingData(
        program
          .command('train')
          .description('Train on a dataset and wait for the end. Ctrl-C stops waiting; the run continues.'),
      ),
    )
      .addOption(
        new Option(
          '--recipe <name>',
          'transfer: only a head; seed: a head and two stages of fine-tuning, as in the seed experiment; quick: a minute or two; best: the most accurate',
        )
          .choices(Object.keys(PIPELINES))
          .default('transfer'),
      )
      .option('--image-size <pixels>', 'side of the image that the network sees', wholeNumber, 75)
      .option('--seed <number>', 'seed of order, dropout and initial weights', wholeNumber, 1)
      .option(
        '--set <name=value>',
        'set a hyperparameter of the (first) run, or one that only fine-tune runs have; repeatable',
        nameValuePairs,
      )
      .option('--estimate', 'estimate time and memory of the (first) run without starting it')
      .option('--follow', 'print log and epochs while waiting')
      .addOption(new Option('--detach', 'queue the runs without waiting for their end').conflicts('follow')),
  ).action(async (options: TrainOptions) => {
    const client = await connect(options);
    const data = await trainingData(client, options);
    if (options.estimate) {
      const { preset } = PIPELINES[options.recipe];
      const { isForFineTuning } = await import('../../training/hyperparameters.js');
      const recipe = Object.fromEntries(Object.entries(data.recipe ?? {}).filter(([name]) => !isForFineTuning(name)));
      const input = { ...data, recipe, preset: preset.toUpperCase() as Uppercase<typeof preset> };
      const { estimateTransferRun: estimate } = await working('Estimating', () => client.request(ESTIMATE, { input }));
      print(options, { estimate }, () => estimateText(estimate));
      return;
    }
    const input = { ...data, ...labelOf(options), pipeline: options.recipe };
    const { startPipeline: queued } = await client.request(START_PIPELINE, { input });
    if (options.detach) {
      print(options, { runs: queued }, () => queued.map(queuedText).join('\n'));
      return;
    }
    const runs = await interruptible((signal) => followAll(client, queued, options, signal));
    print(options, { runs });
  });
}

/** Follows the runs of a pipeline to their ends, one after the other. */
async function followAll(
  client: HubClient,
  queued: readonly Run[],
  { follow }: TrainOptions,
  signal: AbortSignal,
): Promise<Run[]> {
  const line = spinner();
  const runs: Run[] = [];
  try {
    for (const [i, { id, kind }] of queued.entries()) {
      const stage = `Stage ${i + 1} of ${queued.length}, ${KINDS[kind]}`;
      const title = queued.length > 1 ? stage : 'Run';
      runs.push(await followToEnd(client, id, line, { title, lines: follow, signal }));
    }
    return runs;
  } finally {
    line.stop();
  }
}

const queuedText = ({ id }: Run): string => `Run ${id} is queued: "hub run follow ${id}" follows it.`;

async function trainingData(client: HubClient, options: TrainOptions): Promise<Omit<PipelineInput, 'pipeline'>> {
  const { backbone, imageSize, seed } = options;
  const datasetVersionId = await findVersion(client, options.dataset, options.datasetVersion);
  return { datasetVersionId, backbone, recipe: { imageSize, seed, ...hyperparameters(options.set) } };
}
