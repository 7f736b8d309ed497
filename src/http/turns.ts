/** Milliseconds of the thread from which on a turn counts as long. */
const LONG = 8;
/** Pause after a long turn, in times of what it took: its caller has a quarter of the thread. */
const PAUSE = 3;
/** Longest pause in milliseconds: on a busy machine a turn may take long for want of a core. */
const LONGEST = 50;

/** What one caller has asked for. */
interface Share {
  /** Work that waits. */
  readonly waiting: (() => void)[];
  /** When the next of it may begin, by `performance.now()`. */
  readyAt: number;
}

/**
 * Lets callers take turns at the one thread that answers. In each round of the event loop each of them begins one piece of
 * work, however much it has asked for; what arrives meanwhile is received between rounds. A caller whose work took long
 * waits longer for its next turn, because nobody can be answered during it.
 */
export class Turns {
  /** Callers that have had a turn in the present round, wait or pause. */
  readonly #shares = new Map<string, Share>();
  #next: NodeJS.Immediate | undefined;
  #pause: NodeJS.Timeout | undefined;

  /** Calls `begin`, at once if the caller has had no turn in this round. */
  take(caller: string, begin: () => void): void {
    const own = this.#shares.get(caller);
    if (own) return void own.waiting.push(begin);
    const share: Share = { waiting: [], readyAt: 0 };
    this.#shares.set(caller, share);
    start(share, begin);
    this.#schedule();
  }

  /** Runs work in a turn of the caller. */
  run<T>(caller: string, work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.take(caller, () => {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  #round(): void {
    this.#next = undefined;
    const now = performance.now();
    for (const [caller, share] of [...this.#shares]) {
      if (share.readyAt > now) continue;
      const next = share.waiting.shift();
      if (next) start(share, next);
      else this.#shares.delete(caller);
    }
    this.#schedule();
  }

  /** Schedules a round for the caller that may begin first. */
  #schedule(): void {
    if (this.#next || this.#shares.size === 0) return;
    clearTimeout(this.#pause);
    const pause = Math.min(...[...this.#shares.values()].map(({ readyAt }) => readyAt)) - performance.now();
    if (pause > 0) this.#pause = setTimeout(() => this.#round(), Math.ceil(pause));
    else this.#next = setImmediate(() => this.#round());
  }
}

function start(share: Share, begin: () => void): void {
  const began = performance.now();
  try {
    begin();
  } finally {
    const took = performance.now() - began;
    share.readyAt = took < LONG ? 0 : began + took + Math.min(PAUSE * took, LONGEST);
  }
}
