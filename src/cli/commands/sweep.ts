import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { HubError } from '../../errors.js';
import type { HubClient } from '../client.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { pageOf } from '../connection-page.js';
import { findVersion } from '../find-version.js';
import { duration, maybe, moment, percent, short, shortId } from '../format.js';
import { hyperparameters, typed } from '../hyperparameters.js';
import { interruptible } from '../interrupt.js';
import { nameValuePairs, wholeNumber } from '../numbers.js';
import { fields, print, sections, table } from '../output.js';
import { CANCEL_SWEEP, DELETE_SWEEP, START_SWEEP, SWEEP, SWEEPS, type Sweep } from '../requests/sweep.js';
import { type LabelOptions, labelOf, withLabel } from '../run-label.js';
import { spinner } from '../spinner.js';
import { type TrainingData, withTrainingData } from '../training-data.js';

/** Milliseconds between two requests for the state of a sweep. */
const POLL_MS = 500;

interface SearchedParameter {
  readonly name: string;
  readonly values?: unknown[];
  readonly min?: number;
  readonly max?: number;
  readonly scale?: 'LINEAR' | 'LOG';
}

interface StartOptions extends ConnectionOptions, TrainingData, LabelOptions {
  readonly try: readonly SearchedParameter[];
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
    .description('Search hyperparameters: train many heads, and make a run of the best.');
  addStart(sweep);

  withConnection(sweep.command('list').description('List sweeps, newest first.')).action(
    async (options: ConnectionOptions) => {
      const found = await (await connect(options)).request(SWEEPS, { first: 50 });
      const { nodes: sweeps, next } = pageOf(found.sweeps);
      print(options, { sweeps, next }, () =>
        table(
          ['sweep', 'name', 'state', 'method', 'dataset', 'backbone', 'run', 'owner', 'created'],
          sweeps.map(({ id, name, state, method, datasetVersion, backboneName, runId, owner, createdAt }) => [
            ...[shortId(id), name, state, method, `${datasetVersion.dataset} ${datasetVersion.number}`, backboneName],
            ...[maybe(runId, shortId), owner?.name],
            moment(createdAt),
          ]),
        ),
      );
    },
  );

  withConnection(
    sweep.command('show').description('Show a sweep and its trials.').argument('<sweep>', 'id, see `hub sweep list`'),
  ).action(async (id: string, options: ConnectionOptions) => {
    const found = await requireSweep(await connect(options), id);
    print(options, { sweep: found }, () => sweepText(found));
  });

  withConnection(
    sweep
      .command('cancel')
      .description('Cancel a queued or running sweep.')
      .argument('<sweep>', 'id, see `hub sweep list`'),
  ).action(async (id: string, options: ConnectionOptions) => {
    const { cancelSweep } = await (await connect(options)).request(CANCEL_SWEEP, { id });
    print(options, { sweep: cancelSweep }, () => `Sweep ${id}: ${cancelSweep.state}`);
  });

  withConnection(
    sweep
      .command('delete')
      .description('Delete a finished sweep whose run is deleted.')
      .argument('<sweep>', 'id, see `hub sweep list`'),
  ).action(async (id: string, options: ConnectionOptions) => {
    await (await connect(options)).request(DELETE_SWEEP, { id });
    print(options, { deleted: id }, () => `Sweep ${id} is deleted`);
  });
}

function addStart(sweep: Command): void {
  withConnection(
    withLabel(
      withTrainingData(
        sweep.command('start').description('Start a sweep and wait for it. Ctrl-C stops waiting; the sweep continues.'),
      ),
    )
      .requiredOption(
        '--try <name=values>',
        'comma-separated values, min..max, or min..max:log; repeatable',
        searchedParameters,
      )
      .option('--set <name=value>', 'set a hyperparameter of all trials; repeatable', nameValuePairs)
      .option('--trials <number>', 'number of random trials (default: every combination)', wholeNumber)
      .addOption(
        new Option('--metric <name>', 'metric of the validation split to compare by')
          .choices(['accuracy', 'loss'])
          .default('accuracy'),
      )
      .option('--seed <number>', 'seed of random trials', wholeNumber, 1)
      .option('--no-stop-early', 'train every trial to its end')
      .option('--detach', 'do not wait for the end'),
  ).action(async (options: StartOptions) => {
    const client = await connect(options);
    const { dataset, datasetVersion, backbone, trials, seed, stopEarly } = options;
    const datasetVersionId = await findVersion(client, dataset, datasetVersion);
    const input = {
      base: { datasetVersionId, backbone, ...labelOf(options), recipe: hyperparameters(options.set) },
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
        () => `Sweep ${startSweep.id} is queued: "hub sweep show ${startSweep.id}" shows it.`,
      );
      return;
    }
    const ended = await interruptible((signal) => waitFor(client, startSweep, signal));
    print(options, { sweep: ended }, () => sweepText(ended));
  });
}

/** Waits for a sweep. @throws RUN_FAILED or RUN_CANCELLED when it did not succeed; INTERRUPTED when the signal is aborted. */
async function waitFor(client: HubClient, started: Sweep, signal: AbortSignal): Promise<Sweep> {
  const line = spinner('Sweep').start();
  try {
    for (let now = started; ; now = await requireSweep(client, started.id)) {
      const { state, endedTrials, trials, best, error } = now;
      const accuracy = best?.validationAccuracy;
      const sofar = accuracy == null ? '' : `, best validation accuracy ${percent(accuracy)}`;
      line.text = `Sweep: ${endedTrials} of ${trials.length} trials${sofar}`;
      if (state === 'SUCCEEDED') return now;
      if (state === 'FAILED') throw new HubError('RUN_FAILED', `The sweep ${now.id} failed: ${error?.message}`);
      if (state === 'CANCELLED') throw new HubError('RUN_CANCELLED', `The sweep ${now.id} is CANCELLED.`);
      await sleep(POLL_MS, undefined, { signal }).catch(() => {
        const message = `The sweep continues in the hub: "hub sweep show ${now.id}" shows it.`;
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
      run: runId,
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

/** Collects options of the form `learningRate=0.001,0.01`, `dropout=0.1..0.6` or `learningRate=1e-4..1e-2:log`. */
function searchedParameters(text: string, before: readonly SearchedParameter[] = []): SearchedParameter[] {
  const [[name, values]] = nameValuePairs(text) as [readonly [string, string]];
  const [, min, max, log] = /^([^,:]+)\.\.([^,:]+?)(:log)?$/.exec(values) ?? [];
  if (min === undefined || max === undefined) return [...before, { name, values: values.split(',').map(typed) }];
  if ([min, max].some((bound) => bound.trim() === '' || !Number.isFinite(Number(bound)))) {
    throw new InvalidArgumentError('Both bounds of a range must be numbers.');
  }
  return [...before, { name, min: Number(min), max: Number(max), scale: log ? 'LOG' : 'LINEAR' }];
}
