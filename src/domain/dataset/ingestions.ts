import { EventEmitter, on } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { IngestProgress } from '../../datasets/pack-images.js';
import { HubError } from '../../errors.js';
import type { ChangeNotices } from '../change/change-notices.js';
import type { Ingestion, IngestionProgress } from './ingestion.js';
import { NO_PROGRESS, type SharedIngestions } from './shared-ingestions.js';

/** Milliseconds between two reports of one ingestion; of one that is a row, each is a write. */
const REPORT_EVERY = { own: 200, shared: 1000 } as const;

/** An ingestion under way, for the service that runs it. */
export interface IngestionHandle {
  /** Aborted when a client cancels the ingestion. */
  readonly signal: AbortSignal;
  /** Passes an archive on and reports its bytes. @param total bytes, when the sender states them. */
  receiving(content: AsyncIterable<Uint8Array>, total: number | null): AsyncIterable<Uint8Array>;
  readonly reading: (progress: IngestProgress) => void;
  end(): Promise<void>;
}

interface Running extends Ingestion {
  readonly controller: AbortController;
  latest: Omit<IngestionProgress, 'ended'>;
}

/** Ingestions under way. The client chooses the key, so that it can follow an ingestion that it is about to start. */
export class Ingestions {
  readonly #running = new Map<string, Running>();
  readonly #events = new EventEmitter().setMaxListeners(0);

  /** @param shared those of other processes; null where there are none. */
  constructor(
    private readonly changes: ChangeNotices,
    private readonly shared: SharedIngestions | null = null,
  ) {}

  /** All of them, oldest first. */
  async list(): Promise<Ingestion[]> {
    return this.shared ? this.shared.list() : [...this.#running.values()];
  }

  /** @throws CONFLICT when the key is in use. */
  async begin(key: string, dataset: string): Promise<IngestionHandle> {
    const { shared } = this;
    if (this.#running.has(key) || (shared && !(await shared.begin(key, dataset)))) {
      throw new HubError('CONFLICT', 'An ingestion with this progress key is under way: choose another key.', { key });
    }
    const controller = new AbortController();
    const running: Running = { progressKey: key, dataset, startedAt: new Date(), controller, latest: NO_PROGRESS };
    this.#running.set(key, running);
    this.changes.tell('DATASET', dataset);
    const unlisten = shared?.onCancel(key, () => controller.abort(cancelled()));
    let last = Number.NEGATIVE_INFINITY;
    let writing: Promise<unknown> = Promise.resolve();
    const report = (progress: Omit<IngestionProgress, 'ended'>): void => {
      running.latest = progress;
      if (performance.now() - last < REPORT_EVERY[shared ? 'shared' : 'own']) return;
      last = performance.now();
      if (!shared) this.#events.emit(key, { ...progress, ended: false });
      // What cannot be written now is written with the next report.
      else writing = writing.then(() => shared.report(key, running.latest)).catch(() => undefined);
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
      end: async () => {
        unlisten?.();
        await writing;
        await shared?.end(key, running.latest).catch(() => undefined); // it ends for others when this process does
        this.#running.delete(key);
        this.#events.emit(key, { ...running.latest, ended: true });
        this.changes.tell('DATASET', dataset);
      },
    };
  }

  /** @throws NOT_FOUND when no ingestion has this key. */
  async cancel(key: string): Promise<void> {
    const running = this.#running.get(key);
    if (running) return running.controller.abort(cancelled());
    if (await this.shared?.cancel(key)) return;
    throw new HubError('NOT_FOUND', 'No ingestion with this progress key is under way.', { key });
  }

  /** The progress so far at once, then the progress under a key, which may begin later, until that ingestion ends. */
  async *progress(key: string): AsyncGenerator<IngestionProgress> {
    if (this.shared) return yield* this.shared.follow(key);
    const events = on(this.#events, key) as AsyncIterableIterator<[IngestionProgress]>;
    yield { ...(this.#running.get(key)?.latest ?? NO_PROGRESS), ended: false };
    for await (const [progress] of events) {
      yield progress;
      if (progress.ended) return;
    }
  }
}

const cancelled = (): HubError => new HubError('CONFLICT', 'The ingestion was cancelled; nothing of it was kept.');
