import type { EventEmitter } from 'node:events';
import { LRUCache } from 'lru-cache';
import type { ServingEvents, Timing } from './serving-events.js';

/** Most versions with statistics. Beyond it, the versions that answered least recently lose theirs. */
const MOST_VERSIONS = 50;

/** How often something happened, and how many milliseconds it took in all. */
export interface Counted {
  count: number;
  milliseconds: number;
}

/** What a version has done since the process started. */
export interface VersionStatistics {
  /** When it last answered, in milliseconds since 1970; 0 if it has not. */
  lastAnswer: number;
  /** Photos that it answered. */
  photos: number;
  /** Answered requests, and the parts of their time. */
  readonly answered: Counted;
  readonly phases: Readonly<Record<'queue' | 'decode' | 'predict', Counted>>;
  /** Computed batches by their number of photos. */
  readonly batches: Map<number, Counted>;
}

/** Counts answers by version, and refused requests by model, for clients that ask for statistics. */
export class Statistics {
  readonly #versions = new LRUCache<string, VersionStatistics>({ max: MOST_VERSIONS });
  readonly #refused = new LRUCache<string, number>({ max: MOST_VERSIONS });

  constructor(events: EventEmitter<ServingEvents>) {
    events.on('answered', ({ version, timing, photos }) => {
      const own = this.#of(version.model, version.number);
      own.lastAnswer = Date.now();
      own.photos += photos;
      add(own.answered, timing.total);
      for (const [phase, counted] of Object.entries(own.phases)) add(counted, timing[phase as keyof Timing]);
    });
    events.on('batch', ({ version, photos, milliseconds }) => {
      const { batches } = this.#of(version.model, version.number);
      const counted = batches.get(photos) ?? { count: 0, milliseconds: 0 };
      batches.set(photos, counted);
      add(counted, milliseconds);
    });
    events.on('refused', ({ model }) => void this.#refused.set(model, this.refused(model) + 1));
  }

  find(model: string, number: number): VersionStatistics {
    return this.#versions.get(keyOf(model, number)) ?? nothing();
  }

  /** Requests to a model that were refused or failed. */
  refused(model: string): number {
    return this.#refused.get(model) ?? 0;
  }

  #of(model: string, number: number): VersionStatistics {
    const own = this.#versions.get(keyOf(model, number)) ?? nothing();
    this.#versions.set(keyOf(model, number), own);
    return own;
  }
}

const keyOf = (model: string, number: number): string => `${model} ${number}`;

function nothing(): VersionStatistics {
  const none = (): Counted => ({ count: 0, milliseconds: 0 });
  return {
    ...{ lastAnswer: 0, photos: 0, answered: none() },
    phases: { queue: none(), decode: none(), predict: none() },
    batches: new Map(),
  };
}

function add(counted: Counted, milliseconds: number): void {
  counted.count += 1;
  counted.milliseconds += milliseconds;
}
