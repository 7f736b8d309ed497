import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Manifest } from '../datasets/manifest.js';
import type { Batch, Features, Step, Trainer } from '../engines/engine.js';
import type { Layer, Shape } from '../network/layers.js';
import { dropoutFactors, randomStream, shuffle, uniform } from '../random.js';
import { chunks } from './chunks.js';
import { classWeightsOf, rowWeights } from './class-weights.js';
import { cutOut, drawCutMixes, pasteBoxes } from './cut-maps.js';
import type { FeatureSource } from './features.js';
import { drawVariants } from './image-variants.js';
import { learningRateAt } from './learning-rate.js';
import { drawMixes, mixTargets } from './mixup.js';
import type { Recipe } from './recipe.js';

/** The inputs of a run's optimizer steps. */
export interface StepParts {
  readonly recipe: Recipe;
  readonly manifest: Manifest;
  /** Images to train on, as indices into the manifest. */
  readonly train: Int32Array;
  /** Class of each image variant. */
  readonly labels: Int32Array;
  readonly source: FeatureSource;
  /** Shape of the features of an example. */
  readonly shape: Shape;
  readonly layers: readonly Layer[];
  readonly batchSize: number;
}

/**
 * The steps of an epoch, grouped by calls of the trainer. Every random draw depends on the seed, the epoch and the step
 * alone.
 * @param epoch from 1. @param from first step, from 0.
 */
export function* stepsOf(
  parts: StepParts,
  { passSize, stepsPerCall }: Pick<Trainer, 'passSize' | 'stepsPerCall'>,
  epoch: number,
  from: number,
): Generator<readonly Step[]> {
  const { recipe, manifest, train, batchSize, source } = parts;
  const { seed } = recipe;
  const shuffled = shuffle(train.slice(), randomStream(seed, 'order', epoch));
  // The stream keeps the name of the first variant there was: another name would draw other numbers.
  const order = drawVariants(shuffled, manifest, recipe, randomStream(seed, 'mirror', epoch));
  const batches = slices(order, batchSize);
  const weights = classWeightsOf(recipe.classWeights, manifest.classes, labelsOf(parts));
  const passes = batches.slice(from).map((batch) => slices(batch, passSize));
  const features = readAhead(source, passes.flat(), stepsPerCall);
  const steps = passes.map((rows, i): Step => {
    const step = from + i;
    return {
      passes: passesOf(parts, rows, features, weights, [epoch, step]),
      count: rows.reduce((count, { length }) => count + length, 0),
      learningRate: learningRateAt((epoch - 1) * batches.length + step, batches.length, recipe),
    };
  });
  yield* chunks(steps, stepsPerCall);
}

async function* passesOf(
  { recipe, manifest, layers, labels, shape }: StepParts,
  passes: readonly Int32Array[],
  features: AsyncIterator<Features>,
  weights: Float32Array | null,
  step: readonly number[],
): AsyncGenerator<Batch> {
  const { seed, mixup, cutmix, cutout } = recipe;
  const dropout = randomStream(seed, 'dropout', ...step);
  const cutMix = randomStream(seed, 'cutmix', ...step);
  const cuts = cutmix > 0 && (mixup === 0 || uniform(cutMix) < 0.5);
  const drawCutMix = cuts ? drawCutMixes(cutmix, shape, cutMix) : undefined;
  const drawMix = mixup > 0 && !cuts ? drawMixes(mixup, randomStream(seed, 'mixup', ...step)) : undefined;
  const cutOuts = randomStream(seed, 'cutout', ...step);
  for (const rows of passes) {
    const { value } = await features.next();
    const count = rows.length;
    const mix = drawMix?.(count);
    const cut = drawCutMix?.(count);
    const own = targetsOf(rows, labels, manifest.classes.length, recipe);
    const mixed = mix ?? cut;
    const targets = mixed ? mixTargets(own, mixed) : own;
    const pasted = cut ? pasteBoxes(value as Features, shape, cut) : (value as Features);
    yield {
      features: cutout > 0 ? cutOut(pasted, shape, cutout, cutOuts) : pasted,
      targets,
      count,
      masks: dropoutMasks(layers, count, dropout),
      ...(weights ? { weights: rowWeights(targets, weights) } : {}),
      ...(mix ? { mix } : {}),
    };
  }
}

/** The classes of the training images. */
function* labelsOf({ manifest, train }: StepParts): Generator<number> {
  for (const image of train) yield manifest.images[image]!.label;
}

/** One-hot targets, or smoothed ones: `labelSmoothing` of each row is spread over all classes. @returns rows x classes. */
function targetsOf(rows: Int32Array, labels: Int32Array, classes: number, { labelSmoothing }: Recipe): Float32Array {
  const spread = labelSmoothing / classes;
  const targets = new Float32Array(rows.length * classes).fill(spread);
  for (const [i, row] of rows.entries()) targets[i * classes + labels[row]!] = 1 - labelSmoothing + spread;
  return targets;
}

/** Factors by dropout layer, rows x units. */
function dropoutMasks(layers: readonly Layer[], rows: number, random: RandomGenerator): Map<string, Float32Array> {
  const masks = new Map<string, Float32Array>();
  let units = 0;
  for (const layer of layers) {
    if (layer.kind === 'dense') units = layer.units;
    if (layer.kind !== 'dropout' || layer.rate === 0) continue;
    masks.set(layer.name, dropoutFactors(rows * units, layer.rate, random));
  }
  return masks;
}

/** Reads the features of each list of rows, up to `ahead` lists before they are asked for. */
async function* readAhead(
  source: FeatureSource,
  lists: readonly Int32Array[],
  ahead: number,
): AsyncGenerator<Features> {
  const reading: Promise<Features>[] = [];
  let next = 0;
  while (next < lists.length || reading.length > 0) {
    for (; next < lists.length && reading.length <= ahead; next++) {
      const read = source.read(lists[next] as Int32Array);
      read.catch(() => undefined); // awaited below; an unhandled rejection would end the process
      reading.push(read);
    }
    yield await (reading.shift() as Promise<Features>);
  }
}

function slices(rows: Int32Array, size: number): Int32Array[] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.subarray(i * size, (i + 1) * size));
}
