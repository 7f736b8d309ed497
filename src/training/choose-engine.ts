import { cpus } from 'node:os';
import { readManifest } from '../datasets/read-manifest.js';
import type { Compute } from '../engines/compute.js';
import type { Engine, EngineChoice, EngineInfo, TrainerSpec } from '../engines/engine.js';
import { type MeasuredSpeeds, SpeedsFile } from '../engines/measured-speeds.js';
import type { OpenedEngine } from '../engines/open-engine.js';
import { processorKind } from '../engines/processor-kind.js';
import type { stepSpeeds } from '../engines/step-speeds.js';
import { HubError } from '../errors.js';
import { matchBackbone } from '../network/backbone-weights.js';
import { featureShape, networkName } from '../network/networks.js';
import { readSafetensors } from '../network/safetensors.js';
import type { BlobStore } from '../storage/blobs.js';
import { imagesPerPass } from './frozen-part.js';
import type { Job } from './job.js';
import { buildLearner } from './learner.js';
import { optimizerOf } from './optimizer.js';
import { firstTrainedLayerOf } from './recipe.js';
import { drawSplits } from './splits.js';

/** How many times as fast TensorFlow must be: it takes seconds longer to open, and measurements vary. */
const CLEARLY = 1.05;
/** Passes of the frozen part whose images make a measured batch. */
const PASSES = 2;
/** Measured batches that a run must train on; a measurement takes about as long as 16. */
const WORTH = 100;

/** An engine that trains a run, and why. */
export interface ChosenEngine extends OpenedEngine {
  readonly choice: EngineChoice;
}

export interface ChoiceParts {
  readonly blobs: BlobStore;
  readonly signal: AbortSignal;
  readonly compute: Compute;
  /** The engine that computes the features. */
  readonly base: Engine;
  /** TensorFlow where it is installed. */
  readonly tensorFlow: InstalledTensorFlow | null;
  readonly measure: typeof stepSpeeds;
}

interface InstalledTensorFlow {
  /** Identifies the installation. */
  readonly id: string;
  /** Loads it. @throws ENGINE_UNAVAILABLE when it does not load. */
  readonly open: () => Promise<Engine>;
}

/**
 * Chooses the engine that trains a run: the one that computes its features, or TensorFlow where `auto` may choose and has
 * measured that it trains this network faster on this machine. A run continues with the engine that it began with.
 */
export async function chooseEngine(job: Job, parts: ChoiceParts): Promise<ChosenEngine> {
  const { base, compute, tensorFlow } = parts;
  const keep = (reason: string, ...notes: readonly string[]): ChosenEngine => ({
    ...{ engine: base, notes },
    choice: { features: null, reason },
  });
  if (compute.engine !== 'auto') return keep('Named with --engine.');
  if (base.info.device !== 'cpu') return keep('It computes on a graphics card.');
  const { before } = job;
  if (!tensorFlow) {
    if (before?.engine !== 'tensorflow') return keep('No other engine that trains is installed.');
    const reason = 'TensorFlow, which trained before, is not installed here.';
    return keep(reason, `${reason} The last digits of the results may differ.`);
  }
  try {
    if (!before) return await fasterEngine(job, parts, tensorFlow, keep);
    if (before.engine !== 'tensorflow') return keep(before.reason);
    return withFeaturesOf(base, await tensorFlow.open(), before.reason);
  } catch (error) {
    if (parts.signal.aborted || !(error instanceof HubError && error.code === 'ENGINE_UNAVAILABLE')) throw error;
    return keep(error.message, `${error.message} Using ONNX Runtime instead.`);
  }
}

function withFeaturesOf(base: Engine, engine: Engine, reason: string, ...notes: readonly string[]): ChosenEngine {
  return { engine, notes, choice: { features: `${base.info.name} ${base.info.version}`, reason } };
}

/** Chooses by speed. @throws ENGINE_UNAVAILABLE when TensorFlow does not work. */
async function fasterEngine(
  job: Job,
  { blobs, signal, compute, base, measure }: ChoiceParts,
  tensorFlow: InstalledTensorFlow,
  keep: (reason: string, ...notes: readonly string[]) => ChosenEngine,
): Promise<ChosenEngine> {
  const { recipe, size } = job;
  const firstTrainedLayer = firstTrainedLayerOf(recipe);
  if (firstTrainedLayer === 'avg_pool') return keep('A head trains in too short a time to compare engines.');
  if (!compute.speedsFile) return keep('Engines are not compared here.');
  const manifest = await readManifest(blobs, job.manifestBlob);
  const images = drawSplits(manifest, recipe).train.length;
  const batchSize = Math.min(recipe.batchSize, images, PASSES * imagesPerPass(size));
  if (recipe.epochs * images < WORTH * batchSize) return keep('The run is too short to compare engines.');

  const network = matchBackbone(readSafetensors(await blobs.get(job.backboneBlob)).weights);
  const what = [
    ...[networkName(network), `${size.image} px`, `after ${firstTrainedLayer}`, `batch ${batchSize}`],
    ...(recipe.liveStatistics ? ['statistics of batches'] : []),
    ...[`onnx ${base.info.version}`, tensorFlow.id, cpus()[0]?.model.trim(), processorKind()],
    `${base.info.threads} threads`,
  ].join(', ');
  const file = new SpeedsFile(compute.speedsFile);
  const known = await file.find(what);
  if (known === 'ends the process') {
    throw unusable('it ended the process when it was measured. Install it again: npm run engine:tensorflow.');
  }
  if (known) {
    const reason = inWords(known, base.info);
    return isFaster(known) ? withFeaturesOf(base, await tensorFlow.open(), reason) : keep(reason);
  }
  await file.begin(what);
  let kept: MeasuredSpeeds | null = null;
  let measured: MeasuredSpeeds;
  let engine: Engine;
  let busy: boolean;
  try {
    engine = await tensorFlow.open();
    const spec = await specOf();
    const speeds = await measure([base, engine], spec, signal).catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw unusable(`it could not train: ${error instanceof Error ? error.message : String(error)}`);
    });
    const [onnx, tensorflow] = speeds.imagesPerSecond as [number, number];
    measured = { version: engine.info.version, onnx, tensorflow, at: new Date().toISOString() };
    ({ busy } = speeds);
    if (!busy) kept = measured;
  } finally {
    await file.end(what, kept);
  }
  const reason = inWords(measured, base.info, busy);
  return isFaster(measured) ? withFeaturesOf(base, engine, reason, reason) : keep(reason, reason);

  async function specOf(): Promise<TrainerSpec> {
    const { height, width, channels } = featureShape(networkName(network), size.image, firstTrainedLayer);
    const sizes = { classes: manifest.classes.length, rowLength: height * width * channels };
    const { spec, start } = await buildLearner(job, blobs, sizes);
    const state = { step: 0, weights: start, firstMoments: new Map(), secondMoments: new Map() };
    return { ...spec, batchSize, ...optimizerOf(recipe, spec.layers), start: state };
  }
}

function isFaster({ onnx, tensorflow }: MeasuredSpeeds): boolean {
  return tensorflow >= CLEARLY * onnx;
}

function inWords({ version, onnx, tensorflow, at }: MeasuredSpeeds, base: EngineInfo, busy = false): string {
  const speed = (imagesPerSecond: number): string => `${Number(imagesPerSecond.toPrecision(3))} images/s`;
  const when = `${at.slice(0, 10)}${busy ? ', on a busy machine' : ''}`;
  return `Steps measured on ${when}: TensorFlow ${version} ${speed(tensorflow)}, ONNX Runtime ${base.version} ${speed(onnx)}.`;
}

function unusable(why: string): HubError {
  return new HubError('ENGINE_UNAVAILABLE', `The tensorflow engine is installed, but ${why}`);
}
