/** Runs work of several callers, so much at the same time. Callers take turns, however much each of them asks for. */
export class FairLimit {
  #running = 0;
  /** What waits, by caller; the caller whose turn is next comes first. */
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(private readonly concurrency: number) {}

  async run<T>(caller: string, work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.concurrency) await this.#turn(caller);
    else this.#running += 1;
    try {
      return await work();
    } finally {
      this.#next();
    }
  }

  #turn(caller: string): Promise<void> {
    return new Promise((resolve) => {
      const own = this.#waiting.get(caller);
      if (own) own.push(resolve);
      else this.#waiting.set(caller, [resolve]);
    });
  }

  /** Hands the place of ended work to the next caller. */
  #next(): void {
    const [first] = this.#waiting;
    if (!first) {
      this.#running -= 1;
      return;
    }
    const [caller, own] = first;
    const start = own.shift() as () => void;
    this.#waiting.delete(caller);
    if (own.length > 0) this.#waiting.set(caller, own);
    start();
  }
}

/** Items in the order in which callers take turns: the first of each, then the second of each, and so on. */
export function inTurns<T extends { readonly caller: string }>(items: readonly T[]): T[] {
  const counts = new Map<string, number>();
  const rounds: T[][] = [];
  for (const item of items) {
    const round = counts.get(item.caller) ?? 0;
    counts.set(item.caller, round + 1);
    rounds[round] ??= [];
    rounds[round].push(item);
  }
  return rounds.flat();
}
