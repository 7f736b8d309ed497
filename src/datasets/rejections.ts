import { shown } from './names.js';

/** A file of a source that is not part of the version, with the reason. */
export interface Rejection {
  /** Its path, with unprintable characters escaped. */
  readonly name: string;
  readonly reason: string;
}

/** Rejected files of a source: the first ones by name, all by count. */
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
