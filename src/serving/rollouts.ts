import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { HubError } from '../errors.js';
import type { Compared, Kept } from './answer-log.js';
import { Comparisons } from './comparisons.js';
import type { Decoded } from './decoder.js';
import { type Deployments, deploymentName, type Target } from './deployments.js';
import type { Held, LoadedVersions } from './loaded-versions.js';
import type { PhotoForm } from './photo-source.js';
import type { RolloutBounds, RolloutFigures } from './rollout-figures.js';
import type { ServedVersion } from './served-version.js';

/** A version that is tried on the traffic of an alias. */
export interface Rollout extends RolloutBounds {
  readonly id: string;
  readonly alias: string;
  /** CANARY: the candidate answers a share of the requests. SHADOW: it is asked about a share of them, and not shown. */
  readonly mode: 'CANARY' | 'SHADOW';
  /** 0 to 1. */
  readonly share: number;
  readonly candidate: Held;
  readonly figures: RolloutFigures;
}

/** The part of one request in a rollout. */
export interface RolloutPart {
  /** The version that answers it. */
  readonly version: ServedVersion;
  /** Id of the rollout, if either of its versions could answer the request. */
  readonly rollout: string | null;
  answered(answers: readonly Kept[], photos: Decoded): void;
  failed(error: unknown): void;
  /** Ends the part: whatever happens to the request counts no more. */
  leave(): void;
}

/** The rollouts under way, one for an alias: which version answers, what is counted, and when one ends by itself. */
export class Rollouts {
  readonly events = new EventEmitter<{ breached: [rollout: Rollout, why: string]; compared: [Compared[]] }>();
  readonly #running = new Map<string, Rollout>();
  readonly #comparisons: Comparisons;

  constructor(
    loaded: LoadedVersions,
    private readonly deployments: Deployments,
  ) {
    this.#comparisons = new Comparisons(loaded);
  }

  begin(rollout: Rollout): void {
    this.#running.set(nameOf(rollout), rollout);
  }

  find(model: string, alias: string): Rollout | undefined {
    return this.#running.get(deploymentName(model, alias));
  }

  list(): readonly Rollout[] {
    return [...this.#running.values()];
  }

  /** Ends a rollout: its candidate is asked no more. */
  async end(rollout: Rollout): Promise<void> {
    if (!this.#running.delete(nameOf(rollout))) return;
    this.#comparisons.forget(rollout);
    await rollout.candidate.letGo();
  }

  /**
   * Gives a request a part in the rollout of its target.
   * @param key the same version answers all requests with it, as long as the rollout lasts.
   * @param form pixels have the present version's size: a candidate of another size takes no part then.
   * @returns null where the target has no rollout. @throws NOT_DEPLOYED.
   */
  join(model: string, target: Target, key: string | undefined, form: PhotoForm): RolloutPart | null {
    const rollout = 'alias' in target ? this.find(model, target.alias) : undefined;
    if (!rollout) return null;
    const present = this.deployments.get(model, rollout.alias).version;
    const candidate = rollout.candidate.version;
    const fits = form === 'encoded' || candidate.size.input === present.size.input;
    const chosen = fits && placeOf(rollout.id, key) < rollout.share;
    const arm = chosen && rollout.mode === 'CANARY' ? 'candidate' : 'present';
    const [version, other] = arm === 'candidate' ? [candidate, present] : [present, candidate];
    return { ...this.#part(rollout, arm, version, chosen ? other : null), rollout: fits ? rollout.id : null };
  }

  /** Tells comparisons that a request waits. */
  busy(): void {
    this.#comparisons.busy();
  }

  /** Tells comparisons that no request waits. @param perPhoto milliseconds that a photo takes. */
  idle(perPhoto: number): void {
    this.#comparisons.idle(perPhoto);
  }

  /** @param other the version to compare with; null for none. */
  #part(
    rollout: Rollout,
    arm: 'present' | 'candidate',
    version: ServedVersion,
    other: ServedVersion | null,
  ): Omit<RolloutPart, 'rollout'> {
    const { figures } = rollout;
    let hasEnded = false;
    const leave = (): void => {
      hasEnded = true;
    };
    return {
      version,
      leave,
      answered: (answers, photos) => {
        if (hasEnded) return;
        leave();
        figures[arm].answered((answers[0] as Kept).timing.predict);
        this.#endIfBreached(rollout);
        if (!other || this.#running.get(nameOf(rollout)) !== rollout) return;
        const compared = answers.map(({ label, predictionId }) => ({ label, predictionId }));
        if (!this.#compare(rollout, other, compared, photos)) figures.dropped += compared.length;
      },
      failed: (error) => {
        if (hasEnded) return;
        leave();
        this.#failed(rollout, arm, error);
      },
    };
  }

  /** Has another version asked about the same photos. @returns false where there is no room for that. */
  #compare(
    rollout: Rollout,
    version: ServedVersion,
    answers: readonly Pick<Kept, 'label' | 'predictionId'>[],
    photos: Decoded,
  ): boolean {
    const { figures, candidate } = rollout;
    const ofCandidate = version === candidate.version;
    return this.#comparisons.add({
      ...{ of: rollout, version, n: answers.length, bytes: photos.memory, pixels: photos.at },
      answered: (others, milliseconds) => {
        figures.compared += answers.length;
        figures.agreed += answers.filter(({ label }, i) => label === others[i]).length;
        const ofAnswers = answers.map(({ predictionId }, i) => ({ predictionId, label: others[i] as string }));
        this.events.emit('compared', ofAnswers);
        if (ofCandidate) figures.candidate.answered(milliseconds);
        this.#endIfBreached(rollout);
      },
      failed: (error) => {
        if (ofCandidate) this.#failed(rollout, 'candidate', error);
      },
    });
  }

  /** Counts an error, unless it is the caller's: that says nothing of a version. */
  #failed(rollout: Rollout, arm: 'present' | 'candidate', error: unknown): void {
    if (error instanceof HubError && error.code !== 'DEADLINE_EXCEEDED') return;
    rollout.figures[arm].errors += 1;
    this.#endIfBreached(rollout);
  }

  #endIfBreached(rollout: Rollout): void {
    const why = rollout.figures.breach(rollout);
    if (why === null || this.#running.get(nameOf(rollout)) !== rollout) return;
    this.end(rollout).catch(() => undefined); // at once: writing it down may take longer
    this.events.emit('breached', rollout, why);
  }
}

function nameOf({ candidate, alias }: Pick<Rollout, 'candidate' | 'alias'>): string {
  return deploymentName(candidate.version.model, alias);
}

/** Place of a request in 0 to 1: the same for one key in one rollout, random without a key. */
function placeOf(rollout: string, key: string | undefined): number {
  if (key === undefined) return Math.random();
  return createHash('sha256').update(`${rollout} ${key}`).digest().readUInt32BE() / 2 ** 32;
}
