import { performance } from 'node:perf_hooks';
import type { ImageRecord, Manifest } from '../datasets/manifest.js';
import { readManifest, ShardReader } from '../datasets/read-manifest.js';
import type { Engine, Forward, InputSize, PixelBatch, Quantizer } from '../engines/engine.js';
import type { NetworkForm } from '../engines/network-form.js';
import { classifierModel } from '../engines/onnx/classifier-model.js';
import type { OpenVinoEngine } from '../engines/openvino/openvino-engine.js';
import { readClassifier } from '../engines/read-classifier.js';
import { randomStream, shuffle } from '../random.js';
import { median } from './averages.js';
import { chunks } from './chunks.js';
import { decodeVariants, imagesPerPass } from './frozen-part.js';
import { type ImageVariant, plainVariant } from './image-variants.js';
import type { Quantization, QuantizationJob } from './job.js';
import type { Recipe } from './recipe.js';
import { drawSplits } from './splits.js';
import { measureOnTests, outputsByClass, type ServingContext } from './test-split.js';

/** Images from which the ranges of activations are measured. */
const CALIBRATION_IMAGES = 256;
/** Timed passes of each network, alternating. */
const TIMED = 21;

interface QuantizationContext extends ServingContext {
  readonly engine: Engine & Quantizer;
  /** @returns null where OpenVINO is not installed. */
  readonly openOpenVino: () => OpenVinoEngine | null;
}

/**
 * Makes the 8-bit form of a model version and measures every form in which this machine can serve it: accuracy on the test split
 * of those with fewer bits, and the time per image of all, alternately.
 * @throws DATASET_REFUSED when there are no images to calibrate on.
 */
export async function quantize(job: QuantizationJob, context: QuantizationContext): Promise<Quantization> {
  const { blobs, engine, signal } = context;
  const { size } = job;
  const manifest = await readManifest(blobs, job.manifestBlob);
  const shards = new ShardReader(blobs, manifest);
  try {
    const spec = await readClassifier(blobs, job);
    const calibration = calibrationImages(manifest, job.recipe);
    const file = await engine.quantize(spec, batchesOf(calibration, shards, size, signal));
    const { sha256: quantizedBlob } = await blobs.put(file);
    const outputs = outputsByClass(job.labels, manifest);
    const accuracyOf = async (form: NetworkForm): Promise<number> => {
      const network = { ...job, quantizedBlob: form.precision === 'INT8' ? quantizedBlob : null, form };
      const { accuracy } = await measureOnTests(network, manifest, outputs, shards, context);
      signal.throwIfAborted();
      return accuracy;
    };
    const openVino = context.openOpenVino();
    const others = openVino ? openVinoForms(openVino) : [];
    const accuracy = await accuracyOf({ runtime: 'ONNX_RUNTIME', precision: 'INT8' });
    const accuracies: (number | null)[] = [];
    for (const form of others) accuracies.push(form.precision === 'FP32' ? null : await accuracyOf(form));
    const pixels = await decodeVariants(shards, calibration.slice(0, 1), size.input);
    const floats = classifierModel(spec);
    const networks = [await engine.load(floats, size), await engine.load(file, size)];
    for (const { precision } of others) {
      const model = precision === 'INT8' ? file : floats;
      networks.push(await (openVino as OpenVinoEngine).load(model, size, precision === 'BF16'));
    }
    const [fp32Milliseconds, int8Milliseconds, ...times] = (await timesOf(pixels, networks)) as [
      number,
      number,
      ...number[],
    ];
    const otherForms = others.map((form, i) => ({
      ...form,
      accuracy: accuracies[i] as number | null,
      milliseconds: times[i] as number,
    }));
    return { quantizedBlob, accuracy, fp32Milliseconds, int8Milliseconds, otherForms: openVino && otherForms };
  } finally {
    await shards.close();
  }
}

/** The forms in which OpenVINO serves on this machine. */
function openVinoForms({ hasBf16 }: OpenVinoEngine): readonly NetworkForm[] {
  const precisions = ['FP32', ...(hasBf16 ? (['BF16'] as const) : []), 'INT8'] as const;
  return precisions.map((precision) => ({ runtime: 'OPENVINO', precision }));
}

/** Images of the validation split or, without one, those the run held out of the training split; never test images. */
function calibrationImages(manifest: Manifest, recipe: Recipe): readonly ImageVariant[] {
  const { validation } = drawSplits(manifest, { ...recipe, validation: 'HELD_OUT' });
  const rows = [...validation];
  shuffle(rows, randomStream(recipe.seed, 'calibration'));
  return rows.slice(0, CALIBRATION_IMAGES).map((row) => plainVariant(manifest.images[row] as ImageRecord));
}

async function* batchesOf(
  variants: readonly ImageVariant[],
  shards: ShardReader,
  size: InputSize,
  signal: AbortSignal,
): AsyncGenerator<PixelBatch> {
  for (const batch of chunks(variants, imagesPerPass(size))) {
    signal.throwIfAborted();
    yield { pixels: await decodeVariants(shards, batch, size.input), n: batch.length };
  }
}

/** Milliseconds per image of networks, timed alternately. Medians, so that other work on the machine counts less. */
async function timesOf(pixels: Uint8Array, networks: readonly Forward[]): Promise<readonly number[]> {
  const times = networks.map((): number[] => []);
  for (const network of networks) await network.run(pixels, 1); // the first run allocates
  for (let round = 0; round < TIMED; round++) {
    for (const [i, network] of networks.entries()) {
      const began = performance.now();
      await network.run(pixels, 1);
      times[i]!.push(performance.now() - began);
    }
  }
  for (const network of networks) await network.dispose();
  return times.map(median);
}
