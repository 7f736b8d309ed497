import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import ora from 'ora';
import { HubError } from '../../errors.js';
import type { HubClient } from '../client.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { findVersion } from '../find-version.js';
import { duration, maybe, moment, percent, short } from '../format.js';
import { hyperparameters, typed } from '../hyperparameters.js';
import { interruptible } from '../interrupt.js';
import { pairs, wholeNumber } from '../numbers.js';
import { fields, print, sections, table } from '../output.js';
import { CANCEL_SWEEP, DELETE_SWEEP, START_SWEEP, SWEEP, SWEEPS, type Sweep } from '../requests/sweep.js';
import { type TrainingData, withTrainingData } from '../training-data.js';

/** Milliseconds between two looks at a sweep. */
const LOOK_EVERY = 500;

interface Tried {
  readonly name: string;
  readonly values?: unknown[];
  readonly min?: number;
  readonly max?: number;
  readonly scale?: 'LINEAR' | 'LOG';
}

interface StartOptions extends ConnectionOptions, TrainingData {
  readonly try: readonly Tried[];
  readonly set?: readonly (readonly [string, string])[];
  readonly trials?: number;
  readonly metric: 'accuracy' | 'loss';
  readonly seed: number;
  readonly stopEarly: boolean;
  readonly detach?: true;
}

export function sweepCommand(program: Command): void {
  const sweep = program
    .command('sweep')
    .description('Many heads that differ in some hyperparameters; the best is made a run.');
  addStart(sweep);

  withConnection(sweep.command('list').description('List sweeps, newest first.')).action(
    async (options: ConnectionOptions) => {
      const { sweeps } = await (await connect(options)).request(SWEEPS, { page: { first: 50 } });
      print(options, sweeps, () =>
        table(
          ['sweep', 'state', 'method', 'dataset', 'backbone', 'run', 'asked'],
          sweeps.sweeps.map(({ id, state, method, datasetVersion, backboneName, runId, createdAt }) => [
            ...[id, state, method, `${datasetVersion.dataset} ${datasetVersion.number}`, backboneName, runId],
            moment(createdAt),
          ]),
        ),
      );
    },
  );

  withConnection(
    sweep.command('show').description('Show a sweep and its trials.').argument('<sweep>', 'its id'),
  ).action(async (id: string, options: ConnectionOptions) => {
    const found = await requireSweep(await connect(options), id);
    print(options, { sweep: found }, () => sweepText(found));
  });

  withConnection(
    sweep.command('cancel').description('Stop a sweep that waits or is under way.').argument('<sweep>', 'its id'),
  ).action(async (id: string, options: ConnectionOptions) => {
    const { cancelSweep } = await (await connect(options)).request(CANCEL_SWEEP, { id });
    print(options, { sweep: cancelSweep }, () => `Sweep ${id}: ${cancelSweep.state}`);
  });

  withConnection(
    sweep
      .command('delete')
      .description('Delete a sweep that has ended and whose run is deleted.')
      .argument('<sweep>', 'its id'),
  ).action(async (id: string, options: ConnectionOptions) => {
    await (await connect(options)).request(DELETE_SWEEP, { id });
    print(options, { deleted: id }, () => `Sweep ${id} is deleted`);
  });
}

function addStart(sweep: Command): void {
  withConnection(
    withTrainingData(
      sweep.command('start').description('Start a sweep and wait for its end. Ctrl-C leaves it to the hub.'),
    )
      .requiredOption('--try <name=values>', 'values with commas between, or min..max, or min..max:log', tried)
      .option('--set <name=value>', 'a hyperparameter that all trials have', pairs)
      .option('--trials <number>', 'draw so many at random; without it every combination is tried', wholeNumber)
      .addOption(
        new Option('--metric <name>', 'of the validation split').choices(['accuracy', 'loss']).default('accuracy'),
      )
      .option('--seed <number>', 'decides what is drawn', wholeNumber, 1)
      .option('--no-stop-early', 'train every trial to its end')
      .option('--detach', 'do not wait'),
  ).action(async (options: StartOptions) => {
    const client = await connect(options);
    const { dataset, datasetVersion, backbone, trials, seed, stopEarly } = options;
    const datasetVersionId = await findVersion(client, dataset, datasetVersion);
    const input = {
      base: { datasetVersionId, backbone, recipe: hyperparameters(options.set) },
      method: trials === undefined ? ('GRID' as const) : ('RANDOM' as const),
      parameters: [...options.try],
      ...(trials === undefined ? {} : { runs: trials }),
      metric: options.metric === 'loss' ? ('VALIDATION_LOSS' as const) : ('VALIDATION_ACCURACY' as const),
      seed,
      stopEarly,
    };
    const { startSweep } = await client.request(START_SWEEP, { input });
    if (options.detach) {
      print(
        options,
        { sweep: startSweep },
        () => `Sweep ${startSweep.id}: "hub sweep show ${startSweep.id}" shows it.`,
      );
      return;
    }
    const ended = await interruptible((signal) => waitFor(client, startSweep, signal));
    print(options, { sweep: ended }, () => sweepText(ended));
  });
}

/** @throws RUN_FAILED or RUN_CANCELLED when it did not succeed; INTERRUPTED by the signal. */
async function waitFor(client: HubClient, started: Sweep, signal: AbortSignal): Promise<Sweep> {
  const line = ora('Sweep').start();
  try {
    for (let now = started; ; now = await requireSweep(client, started.id)) {
      const { state, endedTrials, trials, best, error } = now;
      const accuracy = best?.validationAccuracy;
      const sofar = accuracy == null ? '' : `, best validation accuracy ${percent(accuracy)}`;
      line.text = `Sweep: ${endedTrials} of ${trials.length} trials${sofar}`;
      if (state === 'SUCCEEDED') return now;
      if (state === 'FAILED') throw new HubError('RUN_FAILED', `The sweep ${now.id} failed: ${error?.message}`);
      if (state === 'CANCELLED') throw new HubError('RUN_CANCELLED', `The sweep ${now.id} is CANCELLED.`);
      await sleep(LOOK_EVERY, undefined, { signal }).catch(() => {
        const message = `The sweep goes on in the hub: "hub sweep show ${now.id}" shows it.`;
        throw new HubError('INTERRUPTED', message);
      });
    }
  } finally {
    line.stop();
  }
}

async function requireSweep(client: HubClient, id: string): Promise<Sweep> {
  const { sweep } = await client.request(SWEEP, { id });
  if (sweep) return sweep;
  throw new HubError('NOT_FOUND', `There is no sweep ${id}: "hub sweep list" lists them.`);
}

function sweepText({ id, state, datasetVersion, backboneName, best, runId, trials, error }: Sweep): string {
  const values = (of: object): string =>
    Object.entries(of)
      .map(([name, value]) => `${name} ${short(value)}`)
      .join(', ');
  return sections(
    fields({
      sweep: id,
      state,
      dataset: `${datasetVersion.dataset} ${datasetVersion.number}`,
      backbone: backboneName,
      best: best && `trial ${best.number}: ${values(best.values)}`,
      'its run': runId,
      error: error && `${error.code}: ${error.message}`,
    }),
    table(
      [' trial', 'values', 'state', ' epoch', ' validation accuracy', ' validation loss', ' time', 'reason'],
      trials.map((trial) => [
        ...[trial.number, values(trial.values), trial.state, trial.keptEpoch],
        maybe(trial.validationAccuracy, percent),
        trial.validationLoss?.toFixed(4),
        maybe(trial.seconds, duration),
        trial.reason,
      ]),
    ),
  );
}

/** `learningRate=0.001,0.01`, `dropout=0.1..0.6` or `learningRate=1e-4..1e-2:log`. */
function tried(text: string, before: readonly Tried[] = []): Tried[] {
  const [[name, values]] = pairs(text) as [readonly [string, string]];
  const [, min, max, log] = /^([^,:]+)\.\.([^,:]+?)(:log)?$/.exec(values) ?? [];
  if (min === undefined || max === undefined) return [...before, { name, values: values.split(',').map(typed) }];
  if ([min, max].some((bound) => bound.trim() === '' || !Number.isFinite(Number(bound)))) {
    throw new InvalidArgumentError('Both ends of a range must be numbers.');
  }
  return [...before, { name, min: Number(min), max: Number(max), scale: log ? 'LOG' : 'LINEAR' }];
}
