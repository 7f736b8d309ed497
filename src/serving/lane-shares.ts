import type { ClassifierForward } from '../engines/engine.js';

/** Milliseconds for which a lane stays free for a token after its last photo. */
const KEPT_FREE = 250;

/** A photo that waits, as far as its token matters. */
interface Photo {
  /** Id of its token. */
  readonly caller: string;
}

/**
 * Shares out lanes among tokens. A batch cannot be interrupted, so turns alone would let a photo wait for the end of a batch of
 * another token. The last free lane is therefore for tokens that compute nothing: while several tokens send photos, no
 * token has every lane.
 */
export class LaneShares {
  /** Tokens that each busy lane computes for. */
  readonly #busy = new Map<ClassifierForward, ReadonlySet<string>>();
  /** When each token last sent a photo or was answered, by `performance.now()`. */
  readonly #seen = new Map<string, number>();

  get busy(): number {
    return this.#busy.size;
  }

  /** A lane that computes nothing. */
  free(lanes: readonly ClassifierForward[]): ClassifierForward | undefined {
    return lanes.find((lane) => !this.#busy.has(lane));
  }

  saw(caller: string): void {
    this.#seen.set(caller, performance.now());
  }

  begin(lane: ClassifierForward, photos: readonly Photo[]): void {
    this.#busy.set(lane, callersOf(photos));
  }

  end(lane: ClassifierForward): void {
    for (const caller of this.#busy.get(lane) ?? []) this.saw(caller);
    this.#busy.delete(lane);
  }

  /** The photos among which a lane may choose. @param free lanes that compute nothing. */
  eligible<T extends Photo>(photos: readonly T[], free: number): readonly T[] {
    if (free > 1 || this.#busy.size === 0) return photos;
    const computing = new Set([...this.#busy.values()].flatMap((callers) => [...callers]));
    const others = photos.filter(({ caller }) => !computing.has(caller));
    return others.length > 0 || this.#expectsOther(computing) ? others : photos;
  }

  #expectsOther(computing: ReadonlySet<string>): boolean {
    const since = performance.now() - KEPT_FREE;
    for (const [caller, seen] of this.#seen) if (seen < since) this.#seen.delete(caller);
    return [...this.#seen.keys()].some((caller) => !computing.has(caller));
  }
}

/**
 * The first photos, as many of each token as of the one that has the fewest: a photo alone does not wait for many of another
 * token in its batch. @param photos in turns.
 */
export function evenly<T extends Photo>(photos: readonly T[]): readonly T[] {
  const counts = new Map<string, number>();
  for (const { caller } of photos) counts.set(caller, (counts.get(caller) ?? 0) + 1);
  return photos.slice(0, counts.size * Math.min(...counts.values()));
}

const callersOf = (photos: readonly Photo[]): ReadonlySet<string> => new Set(photos.map(({ caller }) => caller));
