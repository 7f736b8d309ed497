import pRetry from 'p-retry';

/** Milliseconds until what failed is tried again: twice as long each time. */
const PATIENCE = { minTimeout: 1000, maxTimeout: 30_000 } as const;

/** Does pieces of work, one after the other, until there is none; looks again whenever it is woken. */
export class WorkLoop {
  #working: Promise<void> | undefined;
  #again = false;
  readonly #closed = new AbortController();

  /**
   * @param next does the next piece. @returns false when there was none. It throws where not even the failure of a piece
   * can be written, as on a full disk; then it is asked again until that is over.
   */
  constructor(
    private readonly next: () => Promise<boolean>,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  get closed(): boolean {
    return this.#closed.signal.aborted;
  }

  /** Looks for work, now or as soon as the present piece is done. */
  wake(): void {
    this.#again = true;
    this.#working ??= this.#drain().finally(() => {
      this.#working = undefined;
      if (this.#again && !this.closed) this.wake(); // work that came while the last look was ending
    });
  }

  /** Begins nothing more, and waits for the present piece. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#working;
  }

  async #drain(): Promise<void> {
    while (this.#again && !this.closed) {
      this.#again = false;
      if (await this.#insist()) this.#again = true;
    }
  }

  async #insist(): Promise<boolean> {
    const attempt = async (): Promise<boolean> => {
      try {
        return await this.next();
      } catch (cause) {
        this.onFailure(cause);
        throw new Error('the work cannot go on', { cause }); // p-retry gives up at once at some kinds of errors
      }
    };
    const { signal } = this.#closed;
    try {
      return await pRetry(attempt, { ...PATIENCE, retries: Number.POSITIVE_INFINITY, unref: true, signal });
    } catch {
      return false; // closed meanwhile
    }
  }
}
