import { type Command, Option } from 'commander';
import { HubError } from '../../errors.js';
import { PIPELINES, type PipelineName } from '../../training/presets.js';
import type { HubClient } from '../client.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { findVersion } from '../find-version.js';
import { followToEnd } from '../follow.js';
import { bytes, count, duration } from '../format.js';
import type { VariablesOf } from '../graphql.js';
import { hyperparameters } from '../hyperparameters.js';
import { interruptible } from '../interrupt.js';
import { nameValuePairs, wholeNumber } from '../numbers.js';
import { fields, print } from '../output.js';
import { ESTIMATE, type Estimate } from '../requests/estimate.js';
import { type Run, START_FINE_TUNE, START_TRANSFER } from '../requests/run.js';
import { spinner } from '../spinner.js';
import { type TrainingData, withTrainingData } from '../training-data.js';
import { working } from '../working.js';

type TransferInput = VariablesOf<typeof START_TRANSFER>['input'];

interface TrainOptions extends ConnectionOptions, TrainingData {
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
    withTrainingData(
      program
        .command('train')
        .description('Train on a dataset and wait for the end. Ctrl-C stops waiting; the run continues.'),
    )
      .addOption(
        new Option(
          '--recipe <name>',
          'transfer: only a head; seed: a head and two stages of fine-tuning, as in the seed experiment; best: the most accurate',
        )
          .choices(Object.keys(PIPELINES))
          .default('transfer'),
      )
      .option('--image-size <pixels>', 'side of the image that the network sees', wholeNumber, 75)
      .option('--seed <number>', 'seed of order, dropout and initial weights', wholeNumber, 1)
      .option('--set <name=value>', 'set a hyperparameter of the (first) run; repeatable', nameValuePairs)
      .option('--estimate', 'estimate time and memory of the (first) run without starting it')
      .option('--follow', 'print log and epochs while waiting')
      .addOption(new Option('--detach', 'do not wait for the end; for recipes of a single run').conflicts('follow')),
  ).action(async (options: TrainOptions) => {
    const { stages } = PIPELINES[options.recipe];
    if (options.detach && stages.length > 0) {
      const message = `--detach: the recipe ${options.recipe} has ${stages.length + 1} runs, each started when the one before has ended. Leave out --detach.`;
      throw new HubError('BAD_INPUT', message);
    }
    const client = await connect(options);
    const input = await transferInput(client, options);
    if (options.estimate) {
      const { estimateTransferRun: estimate } = await working('Estimating', () => client.request(ESTIMATE, { input }));
      print(options, { estimate }, () => estimateText(estimate));
      return;
    }
    if (options.detach) {
      const { startTransferRun: run } = await client.request(START_TRANSFER, { input });
      print(options, { runs: [run] }, () => `Run ${run.id} is queued: "hub run follow ${run.id}" follows it.`);
      return;
    }
    const runs = await interruptible((signal) => trainAll(client, input, options, signal));
    print(options, { runs });
  });
}

/** Trains the runs of a pipeline, each continuing the one before. */
async function trainAll(
  client: HubClient,
  input: TransferInput,
  { recipe, follow }: TrainOptions,
  signal: AbortSignal,
): Promise<Run[]> {
  const { stages } = PIPELINES[recipe];
  const count = stages.length + 1;
  const titled = (stage: number, kind: string): string => (count > 1 ? `Stage ${stage} of ${count}, ${kind}` : 'Run');
  const line = spinner();
  const wait = (id: string, title: string): Promise<Run> =>
    followToEnd(client, id, line, { title, lines: follow, signal });
  try {
    const { startTransferRun } = await client.request(START_TRANSFER, { input });
    let last = await wait(startTransferRun.id, titled(1, 'transfer'));
    const runs = [last];
    for (const [i, stage] of stages.entries()) {
      const { startFineTuneRun } = await client.request(START_FINE_TUNE, { input: { parentRunId: last.id, ...stage } });
      last = await wait(startFineTuneRun.id, titled(i + 2, 'fine-tuning'));
      runs.push(last);
    }
    return runs;
  } finally {
    line.stop();
  }
}

async function transferInput(client: HubClient, options: TrainOptions): Promise<TransferInput> {
  const { backbone, imageSize, seed } = options;
  const datasetVersionId = await findVersion(client, options.dataset, options.datasetVersion);
  const { preset } = PIPELINES[options.recipe];
  const name = preset.toUpperCase() as Uppercase<typeof preset>;
  return { datasetVersionId, backbone, preset: name, recipe: { imageSize, seed, ...hyperparameters(options.set) } };
}

function estimateText(estimate: Estimate): string {
  const { pictures, cachedPictures, runs, calibrationSeconds } = estimate;
  return fields({
    total: duration(estimate.seconds),
    features: `${duration(estimate.featureSeconds)} (${count(cachedPictures)} of ${count(pictures)} cached)`,
    training: duration(estimate.trainingSeconds),
    evaluation: duration(estimate.evaluationSeconds),
    memory: bytes(estimate.memoryBytes),
    'based on':
      calibrationSeconds === null ? `${runs.length} finished runs` : `a measurement of ${duration(calibrationSeconds)}`,
  });
}
