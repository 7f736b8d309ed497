import { shown } from './names.js';

/** A file that was left out, and why. */
export interface Rejection {
  /** Fit to be shown: unprintable characters are escaped. */
  readonly name: string;
  readonly reason: string;
}

/** What was left out: the first ones by name, all by count. */
export class Rejections {
  readonly #kept: Rejection[] = [];
  readonly #most: number;
  #count = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(path: string, reason: string): void {
    this.#count += 1;
    if (this.#kept.length < this.#most) this.#kept.push({ name: shown(path), reason });
  }

  get kept(): readonly Rejection[] {
    return this.#kept;
  }

  get count(): number {
    return this.#count;
  }
}
