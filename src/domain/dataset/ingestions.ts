import { EventEmitter, on } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { Progress } from '../../datasets/intake.js';
import { HubError } from '../../errors.js';
import type { ChangeNotices } from '../change/change-notices.js';
import type { Ingestion, IngestionProgress } from './ingestion.js';

/** Milliseconds between two reports of one registration. */
const REPORT_EVERY = 200;

const NOTHING = { images: 0, rejected: 0, bytes: 0, share: null } as const;

/** A registration under way, for whoever does it. */
export interface Registration {
  /** Aborted when someone cancels it. */
  readonly signal: AbortSignal;
  /** Passes an archive on while it counts it. @param total bytes, when the sender says how many. */
  receiving(content: AsyncIterable<Uint8Array>, total: number | null): AsyncIterable<Uint8Array>;
  readonly reading: (progress: Progress) => void;
  end(): void;
}

/** Registrations under way, by a key that the client chose, so that it can follow one that it is about to start. */
export class Registrations {
  readonly #running = new Map<string, Ingestion & { readonly controller: AbortController }>();
  readonly #events = new EventEmitter().setMaxListeners(0);

  constructor(private readonly changes: ChangeNotices) {}

  /** Those under way, the oldest first. */
  list(): Ingestion[] {
    return [...this.#running.values()];
  }

  /** @throws CONFLICT when the key is in use. */
  begin(key: string, dataset: string): Registration {
    if (this.#running.has(key)) {
      throw new HubError('CONFLICT', 'A registration with this progress key is under way: choose another one.', {
        key,
      });
    }
    const controller = new AbortController();
    this.#running.set(key, { progressKey: key, dataset, startedAt: new Date(), controller });
    this.changes.tell('DATASET', dataset);
    let last = Number.NEGATIVE_INFINITY;
    const report = (progress: Omit<IngestionProgress, 'ended'>): void => {
      if (performance.now() - last < REPORT_EVERY) return;
      last = performance.now();
      this.#events.emit(key, { ...progress, ended: false });
    };
    let final: Omit<IngestionProgress, 'ended'> = NOTHING;
    return {
      signal: controller.signal,
      async *receiving(content, total) {
        let bytes = 0;
        for await (const chunk of content) {
          bytes += chunk.length;
          report({ ...NOTHING, bytes, share: total === null ? null : Math.min(1, bytes / total) });
          yield chunk;
        }
      },
      reading: (progress) => {
        final = progress;
        report(progress);
      },
      end: () => {
        this.#running.delete(key);
        this.#events.emit(key, { ...final, ended: true });
        this.changes.tell('DATASET', dataset);
      },
    };
  }

  /** @throws NOT_FOUND when none is under way under this key. */
  cancel(key: string): void {
    const running = this.#running.get(key);
    if (!running) throw new HubError('NOT_FOUND', 'No registration with this progress key is under way.', { key });
    running.controller.abort(new HubError('CONFLICT', 'The registration was cancelled; nothing of it was kept.'));
  }

  /** That it listens, then what happens under a key, also before that begins, until it has ended. */
  async *progress(key: string): AsyncGenerator<IngestionProgress> {
    const events = on(this.#events, key) as AsyncIterableIterator<[IngestionProgress]>;
    yield { ...NOTHING, ended: false };
    for await (const [progress] of events) {
      yield progress;
      if (progress.ended) return;
    }
  }
}
