import { inOrder } from '../datasets/in-order.js';
import type { ClassifierForward, ForwardResult } from '../engines/engine.js';
import { HubError } from '../errors.js';
import { decodePhoto } from '../serving/decode-photo.js';
import { openPostprocessor, type Postprocessor } from '../serving/postprocessor.js';
import { imagesPerPass } from './frozen-part.js';
import type { PredictionEvent, PredictionTask } from './job.js';
import { type ListedPhoto, openPhotos } from './photo-list.js';
import { type PredictionRow, writeRows } from './prediction-rows.js';
import type { ServingContext } from './test-split.js';

/** A chunk of answers is stored after so many photos, or milliseconds: a killed job repeats no more than that. */
const CHUNK = { photos: 500, milliseconds: 5000 };
/** More than enough for a network on every core. */
const MANY = 1_000_000;

/** A decoded photo, or why there are no pixels. */
interface DecodedPhoto {
  readonly listed: ListedPhoto;
  readonly pixels: Uint8Array | null;
  readonly error: string | null;
}

interface PredictContext extends ServingContext {
  readonly emit: (event: PredictionEvent) => void;
}

/**
 * Classifies the photos of a source as serving would: the same decoder, form and calibration. Photos are read and decoded
 * while the networks, one on each core, compute those before. Answers keep the order of the source.
 * @throws WEIGHTS_REFUSED for answers that are not numbers; what `openPhotos` throws; the signal's reason, after the answers so far are stored.
 */
export async function predict(task: PredictionTask, context: PredictContext): Promise<void> {
  const { blobs, networkThreads, signal } = context;
  const { version } = task;
  const list = await openPhotos(task, blobs);
  const threads = networkThreads(MANY);
  try {
    const judge = await openPostprocessor(version, blobs);
    const networks = await Promise.all(threads.map((thread) => thread.load(version)));
    const decoded = inOrder(list.photos(signal), (listed) => decode(listed, task));
    let turn = 0; // each batch goes to the next network
    const batches = inOrder(batchesOf(decoded, imagesPerPass(version.size)), (batch) =>
      answer(batch, networks[turn++ % networks.length] as ClassifierForward, judge, task),
    );
    const chunks = new Chunks(task, context, () => list.share);
    try {
      for await (const rows of batches) {
        for (const row of rows) await chunks.add(row);
        signal.throwIfAborted();
      }
    } finally {
      await chunks.store();
    }
  } finally {
    await Promise.all(threads.map((thread) => thread.close()));
    await list.close();
  }
}

async function decode(listed: ListedPhoto, { version, maxPhotoMemory }: PredictionTask): Promise<DecodedPhoto> {
  const { content } = listed;
  if (typeof content === 'string') return { listed, pixels: null, error: content };
  try {
    return { listed, pixels: await decodePhoto(content, version.size.input, maxPhotoMemory), error: null };
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return { listed, pixels: null, error: error.message };
  }
}

/** Groups photos, so that a network computes `size` of them together. */
async function* batchesOf(photos: AsyncIterable<DecodedPhoto>, size: number): AsyncGenerator<DecodedPhoto[]> {
  let batch: DecodedPhoto[] = [];
  for await (const photo of photos) {
    batch.push(photo);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function answer(
  batch: readonly DecodedPhoto[],
  network: ClassifierForward,
  judge: Postprocessor,
  { topK }: PredictionTask,
): Promise<PredictionRow[]> {
  const pixels = batch.flatMap((photo) => photo.pixels ?? []);
  const outputs =
    pixels.length === 0 ? null : await network.runWithFeatures(Buffer.concat(pixels), pixels.length, false);
  let next = 0;
  return batch.map(({ listed: { content: _, ...about }, pixels: own, error }) => {
    if (!own || !outputs) return { ...about, top: [], outlierScore: null, error };
    const { top, outlierScore } = judge.judge(partOf(outputs, next++, pixels.length), { topK, outlierScore: true });
    return { ...about, top: [...top], outlierScore, error: null };
  });
}

/** The outputs of one photo of a batch. */
function partOf({ probabilities, features }: ForwardResult, i: number, n: number): ForwardResult {
  const row = (values: Float32Array): Float32Array => {
    const size = values.length / n;
    return values.slice(i * size, (i + 1) * size);
  };
  return { probabilities: row(probabilities), features: features && row(features), maps: null };
}

/** Stores answers, some hundred at a time, and tells where. */
class Chunks {
  #rows: PredictionRow[] = [];
  #number: number;
  #began = performance.now();

  constructor(
    private readonly task: PredictionTask,
    private readonly context: PredictContext,
    private readonly share: () => number | null,
  ) {
    this.#number = task.answered.blobs.length;
  }

  async add(row: PredictionRow): Promise<void> {
    this.#rows.push(row);
    const isDue = this.#rows.length >= CHUNK.photos || performance.now() - this.#began >= CHUNK.milliseconds;
    if (isDue) await this.store();
  }

  async store(): Promise<void> {
    const rows = this.#rows;
    if (rows.length === 0) return;
    this.#rows = [];
    const { blobs, emit } = this.context;
    const number = ++this.#number;
    const blob = await writeRows(blobs, `${this.task.id} ${number}`, rows);
    const refused = rows.filter(({ error }) => error !== null).length;
    emit({ type: 'chunk', number, blob, photos: rows.length, refused, share: this.share() });
    this.#began = performance.now();
  }
}
