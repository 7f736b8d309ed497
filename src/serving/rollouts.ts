import { createHash } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { HubError } from '../errors.js';
import { bestLabels, Comparisons } from './comparisons.js';
import { type Deployments, deploymentName, type Target } from './deployments.js';
import type { Held } from './loaded-versions.js';
import type { RolloutBounds, RolloutFigures } from './rollout-figures.js';
import type { ServedVersion } from './served-version.js';

/** A version that is tried for an alias. */
export interface Rollout extends RolloutBounds {
  readonly id: string;
  readonly alias: string;
  /** CANARY: it answers a share of the photos. SHADOW: it is asked about a share of them as well, and not shown. */
  readonly mode: 'CANARY' | 'SHADOW';
  /** 0 to 1. */
  readonly share: number;
  readonly candidate: Held;
  readonly figures: RolloutFigures;
}

/** What was answered, and about what. */
interface Answered {
  /** n x classes. */
  readonly probabilities: Float32Array;
  readonly version: ServedVersion;
  /** Of predicting the batch that it was in. */
  readonly milliseconds: number;
  /** That asking again keeps in memory. */
  readonly bytes: number;
  /** n x side x side x 3 bytes. */
  readonly pixels: (side: number) => Promise<Uint8Array>;
}

/** What a question has to do with a rollout. */
export interface RolloutPart {
  answered(answer: Answered): void;
  failed(error: unknown): void;
}

/** Whom a question goes to. */
interface Asked {
  readonly held: Promise<Held>;
  readonly part: RolloutPart | null;
}

/** The rollouts that are under way, one for an alias: who is asked, what is counted, and when one has to end by itself. */
export class Rollouts {
  readonly events = new EventEmitter<{ breached: [rollout: Rollout, why: string] }>();
  readonly #running = new Map<string, Rollout>();
  readonly #comparisons: Comparisons;

  constructor(private readonly deployments: Deployments) {
    this.#comparisons = new Comparisons(deployments);
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

  /** From now on its version is asked no more. */
  async end(rollout: Rollout): Promise<void> {
    if (!this.#running.delete(nameOf(rollout))) return;
    this.#comparisons.forget(rollout);
    await rollout.candidate.letGo();
  }

  /**
   * Holds the version that is to answer.
   * @param key with it, the same version answers for as long as the rollout lasts. @param inPixels whether pictures come as the
   * present version takes them: one that takes others can have no part then.
   */
  ask(model: string, target: Target, key: string | undefined, inPixels: boolean): Asked {
    this.#comparisons.busy();
    const rollout = 'alias' in target ? this.find(model, target.alias) : undefined;
    if (!rollout || !('alias' in target)) return { held: this.deployments.hold(model, target), part: null };
    const present = this.deployments.get(model, target.alias).version;
    const candidate = rollout.candidate.version;
    const fits = !inPixels || candidate.size.input === present.size.input;
    const chosen = fits && placeOf(rollout.id, key) < rollout.share;
    const byCandidate = chosen && rollout.mode === 'CANARY';
    const [version, other] = byCandidate ? [candidate, present] : [present, candidate];
    const part = this.#part(rollout, byCandidate ? 'candidate' : 'present', chosen ? other : null);
    return { held: this.deployments.holdVersion(version), part };
  }

  /** Nobody waits for an answer. @param perPhoto milliseconds that one takes. */
  idle(perPhoto: number): void {
    this.#comparisons.idle(perPhoto);
  }

  /** @param other the version that is to be asked as well; null for none. */
  #part(rollout: Rollout, arm: 'present' | 'candidate', other: ServedVersion | null): RolloutPart {
    const { figures } = rollout;
    let hasFailed = false;
    return {
      answered: ({ version, probabilities, milliseconds, bytes, pixels }) => {
        if (hasFailed) return; // past its deadline: it came, and nobody waited for it any more
        figures[arm].answered(milliseconds);
        this.#judge(rollout);
        if (!other || this.#running.get(nameOf(rollout)) !== rollout) return;
        const labels = bestLabels(version.labels, probabilities);
        const answered = (others: readonly string[], took: number): void => {
          figures.compared += labels.length;
          figures.agreed += labels.filter((label, i) => label === others[i]).length;
          if (other === rollout.candidate.version) figures.candidate.answered(took);
          this.#judge(rollout);
        };
        const failed = (error: unknown): void => {
          if (other === rollout.candidate.version) this.#failed(rollout, 'candidate', error);
        };
        const comparison = { of: rollout, version: other, n: labels.length, bytes, pixels, answered, failed };
        if (!this.#comparisons.add(comparison)) figures.dropped += labels.length;
      },
      failed: (error) => {
        hasFailed = true;
        this.#failed(rollout, arm, error);
      },
    };
  }

  /** What whoever asks did wrong, or the hub had no time for, says nothing of a version. */
  #failed(rollout: Rollout, arm: 'present' | 'candidate', error: unknown): void {
    if (error instanceof HubError && error.code !== 'DEADLINE_EXCEEDED') return;
    rollout.figures[arm].errors += 1;
    this.#judge(rollout);
  }

  #judge(rollout: Rollout): void {
    const why = rollout.figures.breach(rollout);
    if (why === null || this.#running.get(nameOf(rollout)) !== rollout) return;
    this.end(rollout).catch(() => undefined); // at once: writing it down may take longer
    this.events.emit('breached', rollout, why);
  }
}

function nameOf({ candidate, alias }: Pick<Rollout, 'candidate' | 'alias'>): string {
  return deploymentName(candidate.version.model, alias);
}

/** Where a question falls, 0 to 1: with a key, always at the same place in one rollout, and at any in another. */
function placeOf(rollout: string, key: string | undefined): number {
  if (key === undefined) return Math.random();
  return createHash('sha256').update(`${rollout} ${key}`).digest().readUInt32BE() / 2 ** 32;
}
