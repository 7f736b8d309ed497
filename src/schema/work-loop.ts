/** Does pieces of work, one after the other, until there is none; looks again whenever it is woken. */
export class WorkLoop {
  #working: Promise<void> | undefined;
  #again = false;
  #closed = false;

  /** @param next does the next piece. @returns false when there was none. It never throws. */
  constructor(private readonly next: () => Promise<boolean>) {}

  get closed(): boolean {
    return this.#closed;
  }

  /** Looks for work, now or as soon as the present piece is done. */
  wake(): void {
    this.#again = true;
    this.#working ??= this.#drain().finally(() => {
      this.#working = undefined;
      if (this.#again && !this.#closed) this.wake(); // work that came while the last look was ending
    });
  }

  /** Begins nothing more, and waits for the present piece. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#working;
  }

  async #drain(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      if (await this.next()) this.#again = true;
    }
  }
}
