import { count, duration, percent } from './format.js';

/** Characters of a bar. */
const BAR = 20;

/** How far something is, as a text: bar, share, rate and remaining time. */
export class Meter {
  #began: { at: number; done: number } | undefined;

  constructor(
    /** How an amount is written. */
    private readonly amount: (done: number) => string = count,
    /** Milliseconds of a clock that never goes back. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @param secondsLeft as somebody knows it who sees more; else it follows from the rate so far. */
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
