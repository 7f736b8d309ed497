import { calibrationError } from '../calibration/calibration-error.js';
import { distance, fitSubspace, type Subspace, thresholdOf, writeSubspace } from '../calibration/outliers.js';
import { spreadOf } from '../calibration/spread.js';
import { type Answers, fitTemperature, temper } from '../calibration/temperature.js';
import type { ImageRecord, Manifest } from '../datasets/manifest.js';
import { readManifest, ShardReader } from '../datasets/read-manifest.js';
import type { ClassifierForward, Forward } from '../engines/engine.js';
import { matchBackbone } from '../network/backbone-weights.js';
import { imageShapes, POOLED, type Shape } from '../network/layers.js';
import { readSafetensors } from '../network/safetensors.js';
import { requireFiniteAnswers } from '../network/usable-weights.js';
import { randomStream, shuffle } from '../random.js';
import type { BlobStore } from '../storage/blobs.js';
import { chunks } from './chunks.js';
import { FrozenPart, type FrozenPartOptions } from './frozen-part.js';
import { plainVariant } from './image-variants.js';
import type { Calibration, CalibrationJob } from './job.js';
import { drawSplits } from './splits.js';
import { outputsByClass, type ServingContext } from './test-split.js';

/** Training images to which the subspace of features is fitted. */
const FITTED_IMAGES = 2000;
/** Images whose features are in memory at the same time. */
const AT_ONCE = FITTED_IMAGES;

/** A network's answers for images, and the distances of their features from those of training images. */
interface MeasuredAnswers extends Answers {
  readonly distances: readonly number[];
}

/**
 * Calibrates a model version. Fits the temperature of its probabilities and the outlier distance on validation images, and
 * measures both on test images. Without a validation split, the validation images are those a run would hold out of the
 * training split.
 * @throws DATASET_REFUSED when no image can be held out; WEIGHTS_REFUSED when an answer is not finite.
 */
export async function fitCalibration(
  job: CalibrationJob,
  { blobs, networkThreads, signal }: ServingContext,
): Promise<Calibration> {
  const { recipe, falseAlarmRate } = job;
  const manifest = await readManifest(blobs, job.manifestBlob);
  const { train, validation, test } = drawSplits(manifest, { ...recipe, validation: 'HELD_OUT' });
  const fitted = shuffle(train.slice(), randomStream(recipe.seed, 'outliers')).subarray(0, FITTED_IMAGES);
  const shards = new ShardReader(blobs, manifest);
  const threads = networkThreads(fitted.length + validation.length + test.length);
  try {
    const networks = await Promise.all(threads.map((thread) => thread.load({ ...job, quantizedBlob: null })));
    const network = new ImageForward(manifest, shards, networks, {
      size: job.size,
      labels: job.labels,
      channels: await channelsOf(job, blobs),
      signal,
    });
    const subspace = fitSubspace((await network.forward(fitted)).features, network.channels);
    const calibration = await network.measure(validation, subspace);
    const temperature = fitTemperature(calibration);
    const threshold = thresholdOf(calibration.distances, falseAlarmRate);
    const measured = await network.measure(test, subspace);
    const { probabilities, classes } = measured;
    const calibrated = { ...measured, probabilities: temper(probabilities, classes, temperature) };
    const falseAlarms = measured.distances.filter((far) => far > threshold).length;
    return {
      outlierBlob: (await blobs.put(writeSubspace(subspace))).sha256,
      figures: {
        temperature,
        eceBefore: calibrationError(measured),
        eceAfter: calibrationError(calibrated),
        validationImages: validation.length,
        testImages: test.length,
        heldOut: recipe.validation === 'HELD_OUT' || manifest.images.some(({ split }) => split === 'validation'),
        outlierDistance: threshold,
        falseAlarmRate,
        testFalseAlarmRate: falseAlarms / test.length,
        testAnswers: spreadOf(calibrated),
      },
    };
  } finally {
    await Promise.all(threads.map((thread) => thread.close()));
    await shards.close();
  }
}

/** Number of pooled features per image. */
async function channelsOf({ backboneBlob, size }: CalibrationJob, blobs: BlobStore): Promise<number> {
  const { layers } = matchBackbone(readSafetensors(await blobs.get(backboneBlob)).weights);
  return (imageShapes(layers, size.image).get(POOLED) as Shape).channels;
}

/** The forward pass of a network over images of a dataset version. */
class ImageForward {
  /** Features per image. */
  readonly channels: number;
  readonly #classes: number;
  /** By class of the dataset version: index of the network's output for it. */
  readonly #outputs: readonly number[];
  readonly #rows: FrozenPart;

  constructor(
    private readonly manifest: Manifest,
    shards: ShardReader,
    networks: readonly ClassifierForward[],
    {
      channels,
      labels,
      ...options
    }: Pick<FrozenPartOptions, 'size' | 'signal'> & { readonly channels: number; readonly labels: readonly string[] },
  ) {
    this.channels = channels;
    this.#classes = labels.length;
    this.#outputs = outputsByClass(labels, manifest);
    const rows = networks.map((network) => asRows(network, channels));
    this.#rows = new FrozenPart({ shards, networks: rows, type: 'float32', ...options });
  }

  /** @param rows indices into the manifest. @returns probabilities, n x classes, and features, n x channels. */
  async forward(rows: Int32Array): Promise<{ probabilities: Float32Array; features: Float32Array }> {
    const variants = Array.from(rows, (row) => plainVariant(this.#image(row)));
    const seen = (await this.#rows.compute(variants)) as Float32Array;
    requireFiniteAnswers(seen);
    const [classes, channels] = [this.#classes, this.channels];
    const probabilities = new Float32Array(rows.length * classes);
    const features = new Float32Array(rows.length * channels);
    for (let i = 0; i < rows.length; i++) {
      const row = seen.subarray(i * (classes + channels), (i + 1) * (classes + channels));
      probabilities.set(row.subarray(0, classes), i * classes);
      features.set(row.subarray(classes), i * channels);
    }
    return { probabilities, features };
  }

  /** Answers for the given rows, with the distance of each image's features from the subspace. */
  async measure(rows: Int32Array, subspace: Subspace): Promise<MeasuredAnswers> {
    const { channels } = this;
    const classes = this.#classes;
    const all = { probabilities: new Float32Array(rows.length * classes), distances: [] as number[] };
    for (const part of chunks([...rows], AT_ONCE)) {
      const { probabilities, features } = await this.forward(Int32Array.from(part));
      all.probabilities.set(probabilities, all.distances.length * classes);
      for (let i = 0; i < part.length; i++) {
        all.distances.push(distance(features.subarray(i * channels, (i + 1) * channels), subspace));
      }
    }
    const labels = Array.from(rows, (row) => this.#outputs[this.#image(row).label] as number);
    return { ...all, labels, classes };
  }

  #image(row: number): ImageRecord {
    return this.manifest.images[row] as ImageRecord;
  }
}

/** Wraps a network so that each row holds the probabilities and then the features of an image. */
function asRows(network: ClassifierForward, channels: number): Forward {
  const { outFeatures: classes } = network;
  return {
    outFeatures: classes + channels,
    async run(pixels, n) {
      const { probabilities, features } = await network.runWithFeatures(pixels, n, false);
      const rows = new Float32Array(n * (classes + channels));
      for (let i = 0; i < n; i++) {
        rows.set(probabilities.subarray(i * classes, (i + 1) * classes), i * (classes + channels));
        rows.set(features!.subarray(i * channels, (i + 1) * channels), i * (classes + channels) + classes);
      }
      return rows;
    },
    dispose: () => network.dispose(),
  };
}
