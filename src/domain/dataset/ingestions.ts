import { EventEmitter, on } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { IngestProgress } from '../../datasets/pack-images.js';
import { HubError } from '../../errors.js';
import type { ChangeNotices } from '../change/change-notices.js';
import type { Ingestion, IngestionProgress } from './ingestion.js';

/** Milliseconds between two reports of one ingestion. */
const REPORT_EVERY = 200;

const NO_PROGRESS = { images: 0, rejected: 0, bytes: 0, share: null } as const;

/** An ingestion under way, for the service that runs it. */
export interface IngestionHandle {
  /** Aborted when a client cancels the ingestion. */
  readonly signal: AbortSignal;
  /** Passes an archive on and reports its bytes. @param total bytes, when the sender states them. */
  receiving(content: AsyncIterable<Uint8Array>, total: number | null): AsyncIterable<Uint8Array>;
  readonly reading: (progress: IngestProgress) => void;
  end(): void;
}

interface Running extends Ingestion {
  readonly controller: AbortController;
  latest: Omit<IngestionProgress, 'ended'>;
}

/** Ingestions under way. The client chooses the key, so that it can follow an ingestion that it is about to start. */
export class Ingestions {
  readonly #running = new Map<string, Running>();
  readonly #events = new EventEmitter().setMaxListeners(0);

  constructor(private readonly changes: ChangeNotices) {}

  /** All of them, oldest first. */
  list(): Ingestion[] {
    return [...this.#running.values()];
  }

  /** @throws CONFLICT when the key is in use. */
  begin(key: string, dataset: string): IngestionHandle {
    if (this.#running.has(key)) {
      throw new HubError('CONFLICT', 'An ingestion with this progress key is under way: choose another key.', { key });
    }
    const controller = new AbortController();
    const running: Running = { progressKey: key, dataset, startedAt: new Date(), controller, latest: NO_PROGRESS };
    this.#running.set(key, running);
    this.changes.tell('DATASET', dataset);
    let last = Number.NEGATIVE_INFINITY;
    const report = (progress: Omit<IngestionProgress, 'ended'>): void => {
      running.latest = progress;
      if (performance.now() - last < REPORT_EVERY) return;
      last = performance.now();
      this.#events.emit(key, { ...progress, ended: false });
    };
    return {
      signal: controller.signal,
      async *receiving(content, total) {
        let bytes = 0;
        for await (const chunk of content) {
          bytes += chunk.length;
          report({ ...NO_PROGRESS, bytes, share: total === null ? null : Math.min(1, bytes / total) });
          yield chunk;
        }
      },
      reading: report,
      end: () => {
        this.#running.delete(key);
        this.#events.emit(key, { ...running.latest, ended: true });
        this.changes.tell('DATASET', dataset);
      },
    };
  }

  /** @throws NOT_FOUND when no ingestion has this key. */
  cancel(key: string): void {
    const running = this.#running.get(key);
    if (!running) throw new HubError('NOT_FOUND', 'No ingestion with this progress key is under way.', { key });
    running.controller.abort(new HubError('CONFLICT', 'The ingestion was cancelled; nothing of it was kept.'));
  }

  /** The progress so far at once, then the progress under a key, which may begin later, until that ingestion ends. */
  async *progress(key: string): AsyncGenerator<IngestionProgress> {
    const events = on(this.#events, key) as AsyncIterableIterator<[IngestionProgress]>;
    yield { ...(this.#running.get(key)?.latest ?? NO_PROGRESS), ended: false };
    for await (const [progress] of events) {
      yield progress;
      if (progress.ended) return;
    }
  }
}
