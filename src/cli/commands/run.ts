import type { Command } from 'commander';
import { HubError } from '../../errors.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { followToEnd } from '../follow.js';
import { duration, maybe, moment, percent, plain } from '../format.js';
import { interruptible } from '../interrupt.js';
import { fields, print, sections, table } from '../output.js';
import { CANCEL_RUN, RUN_RECORD, type RunRecord } from '../requests/run.js';
import { spinner } from '../spinner.js';
import { addRunActions } from './run-actions.js';

/** Epochs that are shown without being asked for. */
const SHOWN_EPOCHS = 20;

interface ShowOptions extends ConnectionOptions {
  readonly epochs?: true;
}

export function runCommand(program: Command): void {
  const run = program.command('run').description('Show, follow and change a run.');

  withConnection(
    run
      .command('show')
      .description('Show a run.')
      .argument('<run>', 'id, see `hub runs`')
      .option('--epochs', `list all epochs, not only the last ${SHOWN_EPOCHS}`),
  ).action(async (id: string, options: ShowOptions) => {
    const record = (await (await connect(options)).request(RUN_RECORD, { id })).run;
    if (!record) throw new HubError('NOT_FOUND', `There is no run ${id}: "hub runs" lists them.`);
    print(options, { run: record }, () =>
      sections(summary(record), recipe(record), epochs(record, options.epochs === true)),
    );
  });

  withConnection(
    run
      .command('follow')
      .description('Follow the log and epochs of a run until it ends. Ctrl-C stops following; the run continues.')
      .argument('<run>', 'id, see `hub runs`'),
  ).action(async (id: string, options: ConnectionOptions) => {
    const client = await connect(options);
    const line = spinner();
    try {
      const ended = await interruptible((signal) => followToEnd(client, id, line, { lines: true, signal }));
      print(options, { run: ended });
    } finally {
      line.stop();
    }
  });

  withConnection(
    run.command('cancel').description('Cancel a queued or running run.').argument('<run>', 'id, see `hub runs`'),
  ).action(async (id: string, options: ConnectionOptions) => {
    const { cancelRun } = await (await connect(options)).request(CANCEL_RUN, { id });
    print(options, { run: cancelRun }, () =>
      cancelRun.state === 'CANCELLED' ? `Run ${id} is cancelled.` : `Run ${id} stops at its next batch.`,
    );
  });

  addRunActions(run);
}

function summary(run: RunRecord): string {
  const { datasetVersion, engine, seconds, error } = run;
  return fields({
    run: run.id,
    name: run.name,
    note: run.note,
    owner: run.owner && `${run.owner.name}${run.owner.role ? ` (${run.owner.role})` : ''}`,
    state: run.state,
    kind: run.kind,
    'parent run': run.parentRunId,
    pipeline: run.stage && `${run.stage.pipeline} ${run.stage.number} of ${run.stage.of}, ${run.stage.pipelineId}`,
    sweep: run.sweepId,
    dataset: `${datasetVersion.dataset} ${datasetVersion.number}`,
    backbone: run.backboneName,
    engine: engine && `${engine.name} ${engine.version}, ${engine.device}, ${engine.threads} threads`,
    'reason for it': engine?.reason,
    'features by': engine?.features,
    created: moment(run.createdAt),
    started: maybe(run.startedAt, moment),
    ended: maybe(run.endedAt, moment),
    features: seconds && duration(seconds.features),
    training: seconds && duration(seconds.training),
    evaluation: seconds && duration(seconds.evaluation),
    'test accuracy': maybe(run.testAccuracy, percent),
    'validation accuracy': maybe(run.validationAccuracy, percent),
    'validation loss': run.validationLoss?.toFixed(4),
    'kept epoch': run.keptEpoch,
    error: error && `${error.code}: ${error.message}`,
  });
}

function recipe(run: RunRecord): string {
  return fields(Object.fromEntries(Object.entries(run.recipe).map(([name, value]) => [name, plain(value)])));
}

function epochs(run: RunRecord, all: boolean): string {
  if (run.epochs.length === 0) return '';
  const shown = all ? run.epochs : run.epochs.slice(-SHOWN_EPOCHS);
  const left = run.epochs.length - shown.length;
  const listed = table(
    [' epoch', ' loss', ' accuracy', ' validation loss', ' validation accuracy', ' time'],
    shown.map((epoch) => [
      epoch.epoch,
      epoch.trainLoss.toFixed(4),
      percent(epoch.trainAccuracy),
      epoch.validationLoss.toFixed(4),
      percent(epoch.validationAccuracy),
      duration(epoch.seconds),
    ]),
  );
  return left === 0 ? listed : sections(listed, `${left} earlier epochs: --epochs lists them too.`);
}
