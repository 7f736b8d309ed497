import { HubError } from '../errors.js';
import type { HubClient } from './client.js';
import { pageOf } from './connection-page.js';
import { followToEnd } from './follow.js';
import { percent } from './format.js';
import type { Line } from './line.js';
import { onceReady } from './once-ready.js';
import { trainingOf } from './requests/architecture.js';
import type { DatasetVersion } from './requests/dataset.js';
import { MODEL, type ModelVersion, PROMOTE, REGISTER_MODEL_VERSION } from './requests/model.js';
import { RUNS, type Run, START_FINE_TUNE, START_TRANSFER } from './requests/run.js';

/** What the demo changes in the second stage of the pipeline `best`, for its few images (docs/adr/0006-best-recipe.md). */
const STAGE = { batchSize: 32, epochs: 4 };

/** Trains the head of the pipeline `best` on the frozen backbone, unless an earlier demo did. */
export async function trainHead(
  client: HubClient,
  version: DatasetVersion,
  backbone: string,
  line: Line,
): Promise<Run> {
  const isSame = (run: Run): boolean =>
    run.kind === 'TRANSFER' && run.datasetVersion.id === version.id && run.backboneName === backbone;
  const { imageSize } = await trainingOf(client, backbone, 'best');
  const input = { datasetVersionId: version.id, backbone, preset: 'BEST', recipe: { imageSize } } as const;
  const start = async () => (await client.request(START_TRANSFER, { input })).startTransferRun;
  return reuseOrTrain(client, 'Transfer run', isSame, start, line);
}

/**
 * Continues from the head with the second stage of the pipeline `best`, unless an earlier demo did.
 * @param note printed when it trains.
 */
export async function fineTune(client: HubClient, head: Run, line: Line, note: string): Promise<Run> {
  const isSame = (run: Run): boolean => run.kind === 'FINE_TUNE' && run.parentRunId === head.id;
  const { stages } = await trainingOf(client, head.backboneName, 'best');
  const input = { parentRunId: head.id, ...stages[0], ...STAGE };
  const start = async () => (await client.request(START_FINE_TUNE, { input })).startFineTuneRun;
  return reuseOrTrain(client, 'Fine-tune run', isSame, start, line, note);
}

/** The newest run that fits: one that succeeded, else one under way, else a new one. Waits for its end. */
async function reuseOrTrain(
  client: HubClient,
  title: string,
  fits: (run: Run) => boolean,
  start: () => Promise<Run>,
  line: Line,
  note?: string,
): Promise<Run> {
  const { runs } = await client.request(RUNS, { first: 50 });
  const same = pageOf(runs).nodes.filter(fits);
  const done = same.find((run) => run.state === 'SUCCEEDED');
  const waiting = same.find((run) => run.state === 'QUEUED' || run.state === 'RUNNING');
  if (!done && note !== undefined) line.info(note);
  if (!done) return followToEnd(client, (waiting ?? (await start())).id, line, { title });
  line.succeed(`${title} ${done.id}: test accuracy ${percent(done.testAccuracy ?? 0)} (trained earlier)`);
  return done;
}

/** Registers a run's weights as a model version. @returns the existing version if they are registered already. */
export async function registerRun(client: HubClient, run: Run, model: string): Promise<ModelVersion> {
  return (await client.request(REGISTER_MODEL_VERSION, { runId: run.id, model })).registerModelVersion;
}

/** The number of the version that serves as production; null if none does. */
export async function productionOf(client: HubClient, name: string): Promise<number | null> {
  const { model } = await client.request(MODEL, { name, archived: false });
  return model?.aliases.find((alias) => alias.name === 'production')?.version.number ?? null;
}

/**
 * Promotes a version.
 * @param now whether it may serve with 32-bit floats before its 8-bit form was measured.
 * @returns null when the gate refuses it, with a warning.
 */
export async function promote(
  client: HubClient,
  { model, number: version, testAccuracy }: ModelVersion,
  now: boolean,
  line: Line,
): Promise<ModelVersion | null> {
  line.start(`Promoting version ${version}`);
  const input = { model, version, reason: 'demo', now };
  try {
    const { promoteModelVersion } = await onceReady(line, () => client.request(PROMOTE, { input }));
    line.succeed(`Model ${model} version ${version} serves as production: test accuracy ${percent(testAccuracy)}`);
    return promoteModelVersion;
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== 'GATE_REFUSED') throw error;
    line.warn(`Version ${version} is not promoted: ${error.message}`);
    return null;
  }
}
