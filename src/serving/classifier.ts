import { EventEmitter } from 'node:events';
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { HubError } from '../errors.js';
import { Admission } from './admission.js';
import { Batches, type Predicted, type Predictor } from './batches.js';
import { decodePhoto } from './decode-photo.js';
import type { Target } from './deployments.js';
import { drawHeatMap } from './heat-map.js';
import type { Held } from './loaded-versions.js';
import type { RolloutPart, Rollouts } from './rollouts.js';
import type { ServedVersion } from './served-version.js';
import type { ServingBounds } from './serving-bounds.js';
import type { ServingEvents, Timing } from './serving-events.js';

/** An answer about one photo. */
export interface Classification {
  readonly label: string;
  /** Most probable first. */
  readonly top: readonly { readonly label: string; readonly probability: number }[];
  /** Whether the probabilities are calibrated. */
  readonly calibrated: boolean;
  /** Above 1 the photo shows none of the classes, as far as can be told; null where that is not known. */
  readonly outlierScore: number | null;
  readonly version: ServedVersion;
  readonly timing: Timing;
}

/** An answer about one photo, and which of its places speak for a class. */
export interface Explanation {
  readonly classification: Classification;
  /** The class that is explained. */
  readonly label: string;
  /** side x side values from the upper left on, by which the class's logit rises; 0 where nothing speaks for it. */
  readonly places: Float32Array;
  readonly side: number;
  /** The photo with the places laid over it: a square PNG. */
  readonly heatMap: Buffer;
}

/** Answers about pictures. */
export interface Inference {
  readonly version: ServedVersion;
  /** n x classes. */
  readonly probabilities: Float32Array;
}

/** Whom to ask, and how long one is ready to wait. */
export interface Question {
  readonly model: string;
  readonly target: Target;
  /** While a version is tried, the same version answers all that have the same key. */
  readonly key?: string | undefined;
  /** Milliseconds until the answer; `servingDeadline` when it is left out, and at most that. */
  readonly deadline?: number;
}

/** The bytes of an encoded photo, or how to get them: then they are asked for only when the photo is accepted. */
export type Photo = Uint8Array | (() => Promise<Uint8Array>);

/**
 * Answers about photos, many at the same time. Each is accepted or refused at once, read, decoded beside others, and
 * computed together with those that are ready.
 */
export class Classifier {
  /** Tells those who measure; nobody is waited for. */
  readonly events = new EventEmitter<ServingEvents>();
  readonly #admission: Admission;
  readonly #batches: Batches;
  readonly #decoder = pLimit(availableParallelism());
  #decoding = 0;

  constructor(
    private readonly bounds: ServingBounds,
    private readonly rollouts: Rollouts,
  ) {
    this.#admission = new Admission(bounds);
    const moreToCome = (): boolean => this.#decoding > 0;
    this.#batches = new Batches(bounds, moreToCome, (batch) => {
      this.#admission.computed(batch.photos * batch.sideBySide, batch.milliseconds);
      this.events.emit('batch', batch);
    });
  }

  /** Photos that are accepted and not answered yet. */
  get waiting(): number {
    return this.#admission.waiting;
  }

  /**
   * Classifies an encoded photo of any size: decode, upright, reduce to what training saw, predict, rank.
   * @throws OVERLOADED before the photo is read, DEADLINE_EXCEEDED, NOT_DEPLOYED, NOT_FOUND, or IMAGE_REFUSED.
   */
  async classify(photo: Photo, question: Question & { readonly topK: number }): Promise<Classification> {
    return this.#answer(question, 1, false, async (held, signal, part) => {
      const [bytes, predictor] = await Promise.all([read(photo), held]);
      return (await this.#classify(bytes, predictor, { ...question, signal, part })).classification;
    });
  }

  /**
   * Classifies a photo and says which of its places speak for a class (Grad-CAM).
   * @throws as `classify` does; BAD_INPUT for a label that the version does not know, CONFLICT where its form with 8 bits is
   * from before that could be told.
   */
  async explain(
    photo: Photo,
    question: Question & { readonly topK: number; readonly label: string | null },
  ): Promise<Explanation> {
    return this.#answer(question, 1, false, async (held, signal, part) => {
      const [bytes, predictor] = await Promise.all([read(photo), held]);
      const { labels } = predictor.version;
      const asked = question.label === null ? null : indexOf(question.label, labels);
      const { classification, answer } = await this.#classify(bytes, predictor, {
        ...question,
        signal,
        part,
        maps: true,
      });
      if (!answer.maps) {
        const message = 'The form with 8 bits that serves is from before answers could be explained: let floats serve.';
        throw new HubError('CONFLICT', message, { model: question.model });
      }
      const label = asked ?? labels.indexOf(classification.label);
      const places = await predictor.explain(answer.maps, label);
      const side = Math.sqrt(places.length);
      const heatMap = await drawHeatMap(bytes.bytes, places, side);
      return { classification, label: labels[label] as string, places, side, heatMap };
    });
  }

  /**
   * Predicts for pictures that are decoded already.
   * @param pixels n x input x input x 3 bytes, RGB, as the version's `size` says.
   * @throws as `classify` does; LIMIT_EXCEEDED for more than `servingQueue` pictures, BAD_INPUT for a wrong number of bytes.
   */
  async infer(question: Question, pixels: Uint8Array, n: number): Promise<Inference> {
    const { servingQueue } = this.bounds;
    if (n < 1 || n > servingQueue) {
      const message = `1 to ${servingQueue} pictures can be asked about at once (servingQueue); ${n} were received.`;
      throw new HubError('LIMIT_EXCEEDED', message, { limit: 'servingQueue', value: servingQueue, received: n });
    }
    return this.#answer(question, n, true, async (held, signal, part) => {
      const arrived = performance.now();
      const predictor = await held;
      const { version } = predictor;
      const bytes = version.size.input ** 2 * 3;
      if (pixels.length !== n * bytes) {
        const message = `${n} pictures of this version have ${n * bytes} bytes; ${pixels.length} were received.`;
        throw new HubError('BAD_INPUT', message, { expected: n * bytes, received: pixels.length });
      }
      // Copies: of a view, all that it is a view of would go to the thread, once for each picture.
      const pictures = Array.from({ length: n }, (_, i) => new Uint8Array(pixels.subarray(i * bytes, (i + 1) * bytes)));
      const predicted = await Promise.all(this.#batches.add(predictor, pictures, signal));
      const timing = timingOf(arrived, 0, predicted.at(-1) as Predicted);
      this.events.emit('answered', { version, timing });
      const probabilities = new Float32Array(predicted.flatMap((batch) => [...batch.probabilities]));
      const again = { bytes: pixels.length, pixels: async () => pixels };
      part?.answered({ version, probabilities, milliseconds: timing.predict, ...again });
      return { version, probabilities: predictor.postprocessor.calibrate(probabilities) };
    });
  }

  /** Accepts a question, holds its version, and ends it at its deadline whatever becomes of the work. */
  async #answer<T>(
    { model, target, key, deadline = this.bounds.servingDeadline }: Question,
    photos: number,
    inPixels: boolean,
    work: (held: Promise<Held>, signal: AbortSignal, part: RolloutPart | null) => Promise<T>,
  ): Promise<T> {
    const within = Math.min(deadline, this.bounds.servingDeadline);
    const expired = new AbortController();
    const atEnd: (() => void)[] = [];
    let part: RolloutPart | null = null;
    try {
      atEnd.push(this.#admission.accept(photos, within));
      // Asked for at once: it is the version that serves now, whenever the photo has been read.
      const asked = this.rollouts.ask(model, target, key, inPixels);
      const { held } = asked;
      part = asked.part;
      atEnd.push(() => void held.then(({ letGo }) => letGo()).catch(() => undefined));
      const late = new Promise<never>((_, reject) => {
        const timer = setTimeout(() => reject(deadlineExceeded(within)), within);
        atEnd.push(() => clearTimeout(timer));
      });
      return await Promise.race([work(held, expired.signal, part), late]);
    } catch (error) {
      expired.abort(error);
      if (within === this.bounds.servingDeadline) part?.failed(error); // a shorter one says nothing of the version
      this.events.emit('refused', { model, code: error instanceof HubError ? error.code : 'INTERNAL' });
      throw error;
    } finally {
      for (const end of atEnd) end();
      if (this.waiting === 0) this.rollouts.idle(this.#admission.perPhoto);
    }
  }

  /** @param maps whether they are needed. */
  async #classify(
    { bytes, arrived }: ReadPhoto,
    predictor: Held,
    {
      topK,
      signal,
      part,
      maps = false,
    }: { topK: number; signal: AbortSignal; part: RolloutPart | null; maps?: boolean },
  ): Promise<{ classification: Classification; answer: Predicted }> {
    const { version, postprocessor } = predictor;
    const { decoded, pixels, predicted } = await this.#decodeAndPredict(bytes, predictor, signal, maps);
    const answer = await predicted;
    const timing = timingOf(arrived, decoded, answer);
    this.events.emit('answered', { version, timing });
    part?.answered({
      ...{ version, probabilities: answer.probabilities, milliseconds: timing.predict },
      bytes: bytes.length + pixels.length,
      pixels: async (side) => (side === version.size.input ? pixels : decodePhoto(bytes, side)),
    });
    const top = rank(predictor, answer).slice(0, topK);
    const { calibrated } = postprocessor;
    const outlierScore = postprocessor.outlierScore(answer.features);
    const label = top[0]?.label as string;
    return { classification: { label, top, calibrated, outlierScore, version, timing }, answer };
  }

  /** @returns once the photo is decoded: the milliseconds of that, its pixels, and what its batch will give. */
  async #decodeAndPredict(photo: Uint8Array, predictor: Predictor, signal: AbortSignal, maps: boolean) {
    this.#decoding += 1;
    try {
      return await this.#decoder(async () => {
        signal.throwIfAborted(); // it has waited here beyond its deadline
        const began = performance.now();
        const pixels = await decodePhoto(photo, predictor.version.size.input);
        const decoded = performance.now() - began;
        const [predicted] = this.#batches.add(predictor, [pixels], signal, maps);
        return { decoded, pixels, predicted: predicted as Promise<Predicted> };
      });
    } finally {
      this.#decoding -= 1;
      this.#batches.next();
    }
  }
}

interface ReadPhoto {
  readonly bytes: Uint8Array;
  /** By `performance.now()`. */
  readonly arrived: number;
}

async function read(photo: Photo): Promise<ReadPhoto> {
  const bytes = photo instanceof Uint8Array ? photo : await photo();
  return { bytes, arrived: performance.now() };
}

function indexOf(label: string, labels: readonly string[]): number {
  const index = labels.indexOf(label);
  if (index >= 0) return index;
  const message = `This version does not know the class ${JSON.stringify(label.slice(0, 80))}. It knows ${labels.join(', ')}.`;
  throw new HubError('BAD_INPUT', message, { received: label, labels });
}

/** In the order that the network gave, which calibration keeps but for what it rounds to the same. */
function rank({ version, postprocessor }: Predictor, { probabilities }: Predicted): Classification['top'] {
  const calibrated = postprocessor.calibrate(probabilities);
  return [...probabilities.keys()]
    .sort((a, b) => probabilities[b]! - probabilities[a]!)
    .map((i) => ({ label: version.labels[i] as string, probability: calibrated[i]! }));
}

function timingOf(arrived: number, decode: number, { began, ended, batchSize }: Predicted): Timing {
  const [total, predict] = [performance.now() - arrived, ended - began];
  return { total, queue: Math.max(0, total - decode - predict), decode, predict, batchSize };
}

function deadlineExceeded(within: number): HubError {
  const message = `There was no answer within ${Math.round(within)} ms, the deadline. Ask again, or fewer at once.`;
  return new HubError('DEADLINE_EXCEEDED', message, { limit: 'servingDeadline', value: within });
}
