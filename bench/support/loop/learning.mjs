import { resolveCompute } from '../../../out/engines/compute.js';
import { runContext, servingContext } from '../../../out/jobs/task-context.js';
import { computeSlice } from '../../../out/training/feature-source.js';
import { FeatureTable, featureTypeOf, rowsPerChunk } from '../../../out/training/features.js';
import { fitCalibration } from '../../../out/training/fit-calibration.js';
import { stagesOf } from '../../../out/training/pipeline.js';
import { predict } from '../../../out/training/predict.js';
import { readRows } from '../../../out/training/prediction-rows.js';
import { firstTrainedLayerOf } from '../../../out/training/recipe.js';
import { resolveFineTuneRecipe } from '../../../out/training/recipe-resolution.js';
import { train } from '../../../out/training/train.js';

const FORM = { runtime: 'ONNX_RUNTIME', precision: 'FP32' };
/** As the hub calibrates. */
const FALSE_ALARMS = 0.05;

/** Trains, calibrates and asks versions as the workers of a hub do, without the hub. */
export class Learning {
  #signal = new AbortController().signal;
  /** By layer: the features of all images. */
  #features = new Map();
  /** By SHA-256: the row of an image in them. */
  #rows;

  /**
   * @param parts folder of the blobs, and what opens it; the hash of a backbone and its network; sides of images and of what
   * the network sees; epochs; threads; the manifest of all images, which fine-tuning may use.
   */
  constructor(parts) {
    this.parts = parts;
    this.#rows = new Map(parts.manifest.images.map(({ sha256 }, row) => [sha256, row]));
  }

  /** Trains the recipe `quick` with another number of epochs. @returns a version, with its accuracy on the test images. */
  async train(manifest, seed, number) {
    const { network, side, epochs } = this.parts;
    const [head, tuning] = stagesOf('quick', network, { imageSize: side, seed });
    const { fineTuneFrom: splitLayer, ...changes } = tuning.changes;
    const recipe = resolveFineTuneRecipe(head.recipe, { ...changes, splitLayer, epochs }, network);
    const manifestBlob = await this.store(manifest);
    const first = await this.#run(manifest, manifestBlob, head.recipe, null);
    const { weightsBlob, test } = await this.#run(manifest, manifestBlob, recipe, first.weightsBlob);
    return {
      ...{ versionId: `version-${number}`, number, weightsBlob, labels: manifest.classes, ...this.#network() },
      ...{ calibration: null, recipe, manifestBlob, accuracy: test.accuracy },
    };
  }

  /** The version, calibrated. */
  async calibrate(version) {
    const { folder, threads } = this.parts;
    const job = { ...version, falseAlarmRate: FALSE_ALARMS, blobPlace: { folder } };
    const { outlierBlob, figures } = await fitCalibration(job, servingContext(job, threads, this.#signal));
    const { temperature, outlierDistance } = figures;
    return { ...version, calibration: { temperature, outlierBlob, outlierDistance } };
  }

  /** What a version answers to photos. @returns for each the answer that is kept, and the probabilities of all classes. */
  async ask(version, manifest) {
    const { folder, threads } = this.parts;
    const chunks = [];
    const source = { kind: 'dataset', manifestBlob: await this.store(manifest), split: 'train' };
    const task = {
      ...{ id: 'bench', version, source, topK: version.labels.length, mostKept: Number.MAX_SAFE_INTEGER },
      ...{ answered: { photos: 0, blobs: [] }, temporary: '', maxPhotoMemory: 1e9, blobPlace: { folder } },
    };
    const context = servingContext(task, threads, this.#signal);
    await predict(task, { ...context, emit: (event) => event.type === 'chunk' && chunks.push(event) });
    const answers = [];
    for (const { kept, blob } of chunks) {
      const rows = await readRows(context.blobs, blob);
      answers.push(...kept.map((photo, i) => ({ photo, top: rows[i].top })));
    }
    return answers;
  }

  /** @returns the hash of a manifest's blob. */
  async store(manifest) {
    return (await this.parts.blobs.put(Buffer.from(JSON.stringify(manifest)))).sha256;
  }

  #network() {
    const { backboneBlob, side, input } = this.parts;
    return {
      ...{ model: 'bench', backboneBlob, quantizedBlob: null, form: FORM, wantedForm: FORM },
      ...{ size: { input, image: side }, expected: null },
    };
  }

  async #run(manifest, manifestBlob, recipe, parentBlob) {
    const { blobs, threads } = this.parts;
    const featureChunks = await this.#featuresOf(manifest, recipe);
    const job = { ...this.#job(manifestBlob, recipe), parentBlob, featureChunks };
    let finished;
    const emit = (event) => {
      if (event.type === 'finished') finished = event;
    };
    await train(job, await runContext(job, { threads, emit, signal: this.#signal }));
    for (const { blob } of featureChunks) await blobs.delete(blob);
    return finished;
  }

  #job(manifestBlob, recipe) {
    const { folder, backboneBlob, side, input } = this.parts;
    return {
      ...{ manifestBlob, backboneBlob, recipe, parentBlob: null, size: { input, image: side }, featureChunks: [] },
      ...{ uncached: null, checkpointBlob: null, checkpointSeconds: { withinEpoch: 1e6, afterEpoch: 1e6 } },
      ...{ blobPlace: { folder }, compute: resolveCompute({ engine: 'onnx' }), before: null },
    };
  }

  /** The features of a manifest's images, copied from those of all images, which are computed once. */
  async #featuresOf({ images }, recipe) {
    const { blobs } = this.parts;
    const layer = firstTrainedLayerOf(recipe);
    if (!this.#features.has(layer)) this.#features.set(layer, await this.#featuresOfAll(recipe));
    const table = this.#features.get(layer);
    const rows = Int32Array.from(images, ({ sha256 }) => this.#rows.get(sha256));
    const perChunk = rowsPerChunk((await table.read(rows.subarray(0, 1))).byteLength);
    const chunks = [];
    for (let start = 0; start < rows.length; start += perChunk) {
      const part = rows.subarray(start, start + perChunk);
      const { sha256: blob } = await blobs.put(new Uint8Array((await table.read(part)).buffer));
      chunks.push({ index: chunks.length, blob, rows: part.length });
    }
    return chunks;
  }

  async #featuresOfAll(recipe) {
    const { blobs, manifest, threads } = this.parts;
    const chunks = [];
    const emit = (event) => event.type === 'features' && chunks.push(event.chunk);
    const job = { ...this.#job(await this.store(manifest), recipe), first: 0, chunks: Number.MAX_SAFE_INTEGER };
    await computeSlice(job, await runContext(job, { threads, emit, signal: this.#signal }));
    return FeatureTable.open(blobs, featureTypeOf(firstTrainedLayerOf(recipe)), chunks);
  }
}
