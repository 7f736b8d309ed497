import { count, duration, percent } from './format.js';

/** Length of a bar, in characters. */
const BAR = 20;

/** Progress as text: bar, share, rate and remaining time. */
export class Meter {
  #began: { at: number; done: number } | undefined;

  constructor(
    /** Formats an amount. */
    private readonly amount: (done: number) => string = count,
    /** Monotonic clock, in milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @param secondsLeft a better estimate, if there is one; by default it follows from the rate so far. */
  text(done: number, total: number, secondsLeft: number | null = null): string {
    this.#began ??= { at: this.now(), done };
    const share = total > 0 ? Math.min(1, done / total) : 1;
    const filled = Math.round(share * BAR);
    const seconds = (this.now() - this.#began.at) / 1000;
    const rate = seconds > 0 ? (done - this.#began.done) / seconds : 0;
    const left = secondsLeft ?? (rate > 0 ? (total - done) / rate : null);
    return [
      `[${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}] ${percent(share)} of ${this.amount(total)}`,
      ...(rate > 0 ? [`${this.amount(rate)}/s`] : []),
      ...(left === null ? [] : [`${duration(left)} left`]),
    ].join(', ');
  }
}
