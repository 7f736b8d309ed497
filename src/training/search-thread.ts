import { AskedThread } from '../asked-thread.js';
import type { BlobPlace } from '../storage/blob-place.js';
import type { SimilarQuestion, SimilarRows } from './similar-images.js';

/** The options of the thread. */
export interface SearchThreadData {
  readonly blobPlace: BlobPlace;
  readonly threads: number;
}

export type SearchRequest = { readonly id: number; readonly type: 'find' } & SimilarQuestion;

/** Milliseconds without a question after which the thread ends, since it keeps features in memory. */
const IDLE_MS = 5 * 60_000;

/** A thread that searches similar images: reading and comparing features would block the others. It starts with a question. */
export class SearchThread {
  #thread: AskedThread<SearchRequest, SimilarRows> | undefined;
  #idle: NodeJS.Timeout | undefined;
  #asked = 0;

  constructor(private readonly data: SearchThreadData) {}

  /** As `SimilarImages.find`. */
  async find(question: SimilarQuestion): Promise<SimilarRows> {
    clearTimeout(this.#idle);
    this.#asked += 1;
    if (this.#thread?.hasEnded) this.#thread = undefined; // an error ended it, such as a want of memory
    this.#thread ??= new AskedThread<SearchRequest, SimilarRows>('search-thread', this.data);
    try {
      return await this.#thread.ask({ type: 'find', ...question });
    } finally {
      this.#asked -= 1;
      if (this.#asked === 0) this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref();
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.close();
  }
}
