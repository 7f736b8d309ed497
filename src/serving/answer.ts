import { EventEmitter } from 'node:events';
import { HubError } from '../errors.js';
import type { Tracing } from '../tracing/tracing.js';
import { Admission, type Place } from './admission.js';
import type { AnsweredPhoto, AnswerLog, Kept, Unlogged } from './answer-log.js';
import { Batches, type Output } from './batches.js';
import { type Decoded, Decoder } from './decoder.js';
import type { Deployments, Target } from './deployments.js';
import { type Explanation, type ExplanationQuestion, explain, requireLabel } from './explanation.js';
import type { Held, LoadedVersions } from './loaded-versions.js';
import { encodedIn, type Hold, type PhotoForm, type PhotoSource, type Photos } from './photo-source.js';
import type { Wanted } from './postprocessor.js';
import type { RolloutPart, Rollouts } from './rollouts.js';
import type { ServingBounds } from './serving-bounds.js';
import { type ServingEvents, timingOf } from './serving-events.js';
import { traceAnswer } from './trace-answer.js';

/** The version to ask, and what to answer. */
export interface Question extends Wanted {
  /** Id of the token that asks: tokens take turns. */
  readonly caller: string;
  /** Id of the HTTP request; gRPC has none. */
  readonly requestId?: string;
  readonly model: string;
  readonly target: Target;
  /** During a rollout the same version answers all requests with the same key. */
  readonly key?: string | undefined;
  /** The class to explain; left out, nothing is explained. Encoded photos only. */
  readonly explain?: ExplanationQuestion;
}

/** A question that names its model in the request itself: it is known once that has been read. */
export interface LateQuestion<P extends Photos> extends Pick<Question, 'caller'> {
  /** @throws a refusal of the request. */
  of(photos: P): Question;
}

/** The answer about one photo. */
export type Answer = Kept;

/** An answered request. */
export interface Answered<P extends Photos = Photos> {
  readonly photos: P;
  /** One for each photo, in order. */
  readonly answers: readonly [Answer, ...Answer[]];
  readonly explanation: Explanation | null;
}

export interface AnswererParts {
  readonly bounds: ServingBounds;
  readonly loaded: LoadedVersions;
  readonly deployments: Deployments;
  readonly rollouts: Rollouts;
  readonly log: AnswerLog;
  readonly tracing?: Tracing | undefined;
}

/** The version that answers a request, and the request's part in a rollout. */
interface Choice {
  readonly held: Promise<Held>;
  readonly part: RolloutPart | null;
}

/** Answers photos, many at a time: the one door for GraphQL, REST and the Open Inference Protocol. */
export class Answerer {
  readonly events = new EventEmitter<ServingEvents>();
  readonly #admission: Admission;
  readonly #decoder: Decoder;
  readonly #batches: Batches;

  constructor(private readonly parts: AnswererParts) {
    this.#admission = new Admission(parts.bounds);
    this.#decoder = new Decoder(parts.bounds.maxPhotoMemory, () => this.#batches.next());
    const moreToCome = (): boolean => this.#decoder.pending > 0;
    this.#batches = new Batches(parts.bounds, moreToCome, (batch) => {
      this.#admission.computed(batch.photos * batch.sideBySide, batch.milliseconds);
      this.events.emit('batch', batch);
    });
  }

  /** Photos that are accepted and not answered yet. */
  get waiting(): number {
    return this.#admission.waiting;
  }

  /**
   * Answers the photos of a source, or fails at the deadline whatever holds the request up. The version that serves when
   * the request is accepted answers it, however long its photos take to arrive; of a late question, the one that serves
   * when they have arrived.
   * @throws OVERLOADED before a byte is read, or before photos take too much memory together; NOT_DEPLOYED, NOT_FOUND, DEADLINE_EXCEEDED, IMAGE_REFUSED, LIMIT_EXCEEDED for
   * more photos than the queue takes, BAD_INPUT for a wrong number of pixels or an unknown class to explain.
   */
  answer<P extends Photos>(
    source: PhotoSource<P>,
    question: Question & { readonly explain: ExplanationQuestion },
  ): Promise<Answered<P> & { readonly explanation: Explanation }>;
  answer<P extends Photos>(source: PhotoSource<P>, question: Question | LateQuestion<P>): Promise<Answered<P>>;
  async answer<P extends Photos>(source: PhotoSource<P>, asked: Question | LateQuestion<P>): Promise<Answered<P>> {
    const { bounds, rollouts } = this.parts;
    let place: Place | undefined;
    let choice: Choice | undefined;
    let model = 'of' in asked ? '' : asked.model;
    const choose = (question: Question): Choice => {
      model = question.model;
      choice = this.#choose(question, source.form);
      return choice;
    };
    try {
      place = this.#admission.accept(asked.caller);
      return await place.deadline.race(this.#answerInPlace(source, asked, choose, place));
    } catch (error) {
      place?.deadline.abort(error);
      // A deadline of the caller's own says nothing of the version.
      if (place?.deadline.milliseconds === bounds.servingDeadline) choice?.part?.failed(error);
      this.events.emit('refused', { model, code: error instanceof HubError ? error.code : 'INTERNAL' });
      throw error;
    } finally {
      void choice?.held.then(({ letGo }) => letGo()).catch(() => undefined);
      if (place) this.#admission.leave(place);
      if (this.waiting === 0) rollouts.idle(this.#admission.perPhoto);
    }
  }

  /** Chooses the version: a rollout's, or the one that the target names now. */
  #choose({ model, target, key }: Question, form: PhotoForm): Choice {
    const { loaded, deployments, rollouts } = this.parts;
    rollouts.busy();
    const part = rollouts.join(model, target, key, form);
    return { part, held: part ? loaded.hold(part.version) : deployments.hold(model, target) };
  }

  /** Reads, decodes, predicts, judges and keeps. */
  async #answerInPlace<P extends Photos>(
    source: PhotoSource<P>,
    asked: Question | LateQuestion<P>,
    choose: (question: Question) => Choice,
    place: Place,
  ): Promise<Answered<P>> {
    const { signal } = place.deadline;
    const hold: Hold = (bytes) => this.#admission.hold(place, bytes);
    const early = 'of' in asked ? null : choose(asked);
    const began = performance.now();
    const [{ photos, arrived }] = await Promise.all([read(source, early?.part ?? null, hold), early?.held]);
    signal.throwIfAborted(); // nothing is chosen for a request that has failed meanwhile
    const question = 'of' in asked ? asked.of(photos) : asked;
    const { held: loading, part } = early ?? choose(question);
    const held = await loading;
    this.#admission.take(place, photos);
    const taken = performance.now();
    if (question.explain) requireLabel(question.explain, held);
    const { version, postprocessor } = held;
    const decoded = await this.#decoder.decode(source, photos, version.size.input, place);
    const queued = performance.now();
    const outputs = await this.#batches.predict(held, decoded.pixels, place, question.explain !== undefined);
    this.parts.tracing?.current && traceAnswer(this.parts.tracing, version, { began, arrived, taken, queued, outputs });
    const timing = timingOf(arrived, decoded.milliseconds, outputs.at(-1) as Output);
    const judged = outputs.map((output) => ({ ...postprocessor.judge(output, question), version, timing }));
    const explanation = question.explain ? await explain(held, photos, outputs, question.explain) : null;
    signal.throwIfAborted(); // nothing is kept of a request that has failed meanwhile
    this.events.emit('answered', { version, timing, photos: photos.count });
    const { requestId = null } = question;
    const kept = { rollout: part?.rollout ?? null, requestId };
    const answers = this.#keep(encodedIn(source, photos), decoded, judged, kept);
    part?.answered(answers, decoded);
    return { photos, answers, explanation };
  }

  /** Offers the answers to the log: with the encoded photos, or with the pixels of each. */
  #keep(
    encoded: readonly Uint8Array[] | null,
    { pixels }: Decoded,
    judged: readonly Unlogged[],
    of: Pick<AnsweredPhoto, 'rollout' | 'requestId'>,
  ): Answered['answers'] {
    const answers = judged.map((answer, i) => {
      const seen = pixels[i] as Uint8Array;
      const [form, bytes]: [PhotoForm, Uint8Array] = encoded ? ['encoded', encoded[i]!] : ['pixels', seen];
      const photo = { form, bytes, pixels: seen, ...of };
      return { ...answer, predictionId: this.parts.log.keep(photo, answer) };
    });
    return answers as [Answer, ...Answer[]];
  }
}

/** Reads the photos. A request that cannot be read says nothing of the version: it leaves the rollout. */
async function read<P extends Photos>(source: PhotoSource<P>, part: RolloutPart | null, hold: Hold) {
  try {
    return { photos: await source.read(hold), arrived: performance.now() };
  } catch (error) {
    part?.leave();
    throw error;
  }
}
