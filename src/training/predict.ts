import pLimit from 'p-limit';
import { fingerprintOfPixels } from '../datasets/image-facts.js';
import { inOrder } from '../datasets/in-order.js';
import type { ClassifierForward, ForwardResult } from '../engines/engine.js';
import { HubError } from '../errors.js';
import { decodePhoto } from '../serving/decode-photo.js';
import { marginOf, openPostprocessor, type Postprocessor } from '../serving/postprocessor.js';
import { imagesPerPass } from './frozen-part.js';
import type { PhotoToJudge, PredictionEvent, PredictionTask } from './job.js';
import { type ListedPhoto, openPhotos } from './photo-list.js';
import { type PredictionRow, writeRows } from './prediction-rows.js';
import type { ServingContext } from './test-split.js';

/**
 * A chunk of answers is stored after so many photos, or milliseconds: a killed job repeats no more than that. So many bytes of
 * photos that are kept with their answers wait in memory for it.
 */
const CHUNK = { photos: 500, milliseconds: 5000, bytes: 64 * 1024 ** 2 };
/** Photos stored at the same time. */
const AT_ONCE = 4;
/** More than enough for a network on every core. */
const MANY = 1_000_000;

/** A decoded photo, or why there are no pixels. */
interface DecodedPhoto {
  readonly listed: ListedPhoto;
  readonly pixels: Uint8Array | null;
  readonly error: string | null;
  /** Of decoding it. */
  readonly milliseconds: number;
}

/** An answer, and its photo where both are kept. */
interface Answered {
  readonly row: PredictionRow;
  readonly kept: (Omit<PhotoToJudge, 'sha256'> & { readonly content: Uint8Array }) | null;
}

interface PredictContext extends ServingContext {
  readonly emit: (event: PredictionEvent) => void;
}

/**
 * Classifies the photos of a source as serving would: the same decoder, form and calibration. Photos are read and decoded
 * while the networks, one on each core, compute those before. Answers keep the order of the source.
 * @throws LIMIT_EXCEEDED for more photos than may be kept, before any is classified; WEIGHTS_REFUSED for answers that are not
 * numbers; what `openPhotos` throws; the signal's reason, after the answers so far are stored.
 */
export async function predict(task: PredictionTask, context: PredictContext): Promise<void> {
  const { blobs, networkThreads, signal } = context;
  const { version } = task;
  const list = await openPhotos(task, blobs);
  const threads = networkThreads(MANY);
  try {
    if (task.mostKept !== null) requireFew(await list.count(signal), task.mostKept);
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
        for (const answered of rows) await chunks.add(answered);
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

/** @throws LIMIT_EXCEEDED. */
function requireFew(received: number, limit: number): void {
  if (received <= limit) return;
  const message = `The source has ${received} photos; the most that one job keeps for review is ${limit}. Split it, or start the job without \`keepForReview\`.`;
  throw new HubError('LIMIT_EXCEEDED', message, { received, limit });
}

async function decode(listed: ListedPhoto, { version, maxPhotoMemory }: PredictionTask): Promise<DecodedPhoto> {
  const { content } = listed;
  const began = performance.now();
  const about = (error: string | null, pixels: Uint8Array | null = null): DecodedPhoto => {
    return { listed, pixels, error, milliseconds: performance.now() - began };
  };
  if (typeof content === 'string') return about(content);
  try {
    return about(null, await decodePhoto(content, version.size.input, maxPhotoMemory));
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    return about(error.message);
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
  { topK, mostKept, version }: PredictionTask,
): Promise<Answered[]> {
  const began = performance.now();
  const pixels = batch.flatMap((photo) => photo.pixels ?? []);
  const outputs =
    pixels.length === 0 ? null : await network.runWithFeatures(Buffer.concat(pixels), pixels.length, false);
  const share = (performance.now() - began) / pixels.length;
  let next = 0;
  return batch.map(({ listed: { content, ...about }, pixels: own, error, milliseconds }) => {
    if (!own || !outputs) return { row: { ...about, top: [], outlierScore: null, error }, kept: null };
    const judged = judge.judge(partOf(outputs, next++, pixels.length), { topK, outlierScore: true });
    const { label, top, outlierScore, probabilities } = judged;
    const row = { ...about, top: [...top], outlierScore, error: null };
    if (mostKept === null) return { row, kept: null };
    const kept = {
      ...{ content: content as Uint8Array, label, outlierScore, milliseconds: milliseconds + share },
      ...{ confidence: top[0]?.probability ?? 0, margin: marginOf(probabilities) },
      fingerprint: fingerprintOfPixels(own, version.size.input),
    };
    return { row, kept };
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
  #answered: Answered[] = [];
  #bytes = 0;
  #number: number;
  #began = performance.now();

  constructor(
    private readonly task: PredictionTask,
    private readonly context: PredictContext,
    private readonly share: () => number | null,
  ) {
    this.#number = task.answered.blobs.length;
  }

  async add(answered: Answered): Promise<void> {
    this.#answered.push(answered);
    this.#bytes += answered.kept?.content.length ?? 0;
    const isLarge = this.#answered.length >= CHUNK.photos || this.#bytes >= CHUNK.bytes;
    if (isLarge || performance.now() - this.#began >= CHUNK.milliseconds) await this.store();
  }

  async store(): Promise<void> {
    const answered = this.#answered;
    if (answered.length === 0) return;
    [this.#answered, this.#bytes] = [[], 0];
    const { blobs, emit } = this.context;
    const oneOfSome = pLimit(AT_ONCE);
    // Only now, so that a job that is cancelled leaves no photo without its answer.
    const stored = answered.map(async ({ kept: photo }): Promise<PhotoToJudge | null> => {
      if (!photo) return null;
      const { content, ...answer } = photo;
      return { ...answer, sha256: (await oneOfSome(() => blobs.put(content))).sha256 };
    });
    const kept = (await Promise.all(stored)).filter((photo) => photo !== null);
    const rows = answered.map(({ row }) => row);
    const number = ++this.#number;
    const blob = await writeRows(blobs, `${this.task.id} ${number}`, rows);
    const refused = rows.filter(({ error }) => error !== null).length;
    emit({ type: 'chunk', number, blob, photos: rows.length, refused, kept, share: this.share() });
    this.#began = performance.now();
  }
}
