import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodePixels } from '../../src/datasets/decode.js';
import { ingestImages } from '../../src/datasets/ingest.js';
import { readManifest, ShardReader } from '../../src/datasets/read-manifest.js';
import { TarSource } from '../../src/datasets/tar-source.js';
import type { PixelBatch } from '../../src/engines/engine.js';
import { NetworkThread } from '../../src/engines/network-thread.js';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { findOpenVino } from '../../src/engines/openvino/find-openvino.js';
import { OpenVinoEngine } from '../../src/engines/openvino/openvino-engine.js';
import type { Quantization, QuantizationJob } from '../../src/training/job.js';
import { quantize } from '../../src/training/quantize.js';
import { tarOf } from '../datasets/archives.js';
import { colourImages } from '../support/colour-images.js';
import { InProcessTraining, of } from '../support/in-process-training.js';

const SIDE = 32;

/** The real engine, which also keeps the pictures that it calibrates on. */
class WatchedEngine extends OnnxEngine {
  readonly calibratedOn: string[] = [];

  override quantize(...[spec, pictures]: Parameters<OnnxEngine['quantize']>): Promise<Uint8Array> {
    return super.quantize(spec, this.#watch(pictures));
  }

  async *#watch(pictures: AsyncIterable<PixelBatch>): AsyncGenerator<PixelBatch> {
    for await (const batch of pictures) {
      const bytes = batch.pixels.length / batch.n;
      for (let i = 0; i < batch.n; i++) this.calibratedOn.push(text(batch.pixels.subarray(i * bytes, (i + 1) * bytes)));
      yield batch;
    }
  }
}

const text = (pixels: Uint8Array): string => Buffer.from(pixels).toString('base64');

let training: InProcessTraining;
let job: QuantizationJob;

beforeAll(async () => {
  training = await InProcessTraining.start();
  const events = await training.run();
  const { manifestBlob, backboneBlob, recipe, size, blobPlace } = training.job;
  const { classes: labels } = await readManifest(training.blobs, manifestBlob);
  const { weightsBlob } = of(events, 'finished')[0]!;
  job = { manifestBlob, backboneBlob, recipe, size, blobPlace, weightsBlob, labels: [...labels] };
});
afterAll(() => training.remove());

function quantizeWith(
  engine: WatchedEngine,
  changes: Partial<QuantizationJob> = {},
  openOpenVino: () => OpenVinoEngine | null = () => null,
): Promise<Quantization> {
  const { blobs, folder } = training;
  const networkThreads = () => [new NetworkThread({ blobPlace: { folder }, threads: 1 })];
  const { signal } = new AbortController();
  return quantize({ ...job, ...changes }, { blobs, engine, openOpenVino, networkThreads, signal });
}

/** The pictures of a split as the network takes them. */
async function picturesOf(split: string): Promise<readonly string[]> {
  const manifest = await readManifest(training.blobs, job.manifestBlob);
  const shards = new ShardReader(training.blobs, manifest);
  const images = manifest.images.filter((image) => image.split === split);
  const size = { width: SIDE, height: SIDE, fit: 'cover' } as const;
  const pictures = await Promise.all(
    images.map(async (image) => text(await decodePixels(await shards.read(image), size))),
  );
  await shards.close();
  return pictures;
}

it.each(['HELD_OUT', 'TEST_SPLIT'] as const)(
  'calibrates on held-out training images and on no test image, with validation on %s',
  async (validation) => {
    const engine = new WatchedEngine(1);
    await quantizeWith(engine, { recipe: { ...job.recipe, validation } });
    expect(engine.calibratedOn).toHaveLength(6); // a tenth of 20, of each of 3 classes
    expect(await picturesOf('train')).toEqual(expect.arrayContaining(engine.calibratedOn));
    const tests = await picturesOf('test');
    for (const picture of engine.calibratedOn) expect(tests).not.toContain(picture);
  },
);

it('makes the same file and the same accuracy again', async () => {
  const [first, second] = [await quantizeWith(new WatchedEngine(1)), await quantizeWith(new WatchedEngine(1))];
  expect(second).toMatchObject({ quantizedBlob: first.quantizedBlob, accuracy: first.accuracy });
});

it.runIf(findOpenVino())('measures the forms of OpenVINO where that is installed', async () => {
  const { accuracy, otherForms } = await quantizeWith(new WatchedEngine(1), {}, () => new OpenVinoEngine(1));
  const forms = otherForms!.filter(({ precision }) => precision !== 'BF16');
  const runtime = 'OPENVINO';
  expect(forms).toMatchObject([
    { runtime, precision: 'FP32', accuracy: null },
    { runtime, precision: 'INT8' },
  ]);
  expect(forms[1]!.accuracy).toBeGreaterThan(accuracy - 0.2);
  for (const { milliseconds } of forms) expect(milliseconds).toBeGreaterThan(0);
});

it('is refused where no image can be held out', async () => {
  const archive = await tarOf(await colourImages({ train: 1, test: 1 }));
  const { manifestBlob } = await ingestImages(new TarSource(() => Readable.from([archive])), training.blobs);
  const refused = quantizeWith(new WatchedEngine(1), { manifestBlob: manifestBlob.sha256 });
  await expect(refused).rejects.toMatchObject({ code: 'DATASET_REFUSED' });
});
