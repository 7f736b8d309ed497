import type { Writable } from 'node:stream';
import type { Line } from './line.js';

/** Milliseconds between two lines of progress. */
const EVERY = 30_000;

/** What a spinner would show, for a file or a pipe: results in plain text, and progress from time to time. */
export class LogLine implements Line {
  #text: string;
  #told: number;

  constructor(
    private readonly stream: Writable,
    text: string,
    /** Monotonic clock, in milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#text = text;
    this.#told = now();
  }

  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
    if (this.now() - this.#told >= EVERY) this.#tell(text);
  }

  start(text?: string): this {
    if (text !== undefined) this.#text = text;
    this.#told = this.now();
    return this;
  }

  stop(): this {
    return this;
  }

  clear(): this {
    return this;
  }

  succeed(text = this.#text): this {
    return this.#tell(`✔ ${text}`);
  }

  fail(text = this.#text): this {
    return this.#tell(`✖ ${text}`);
  }

  info(text = this.#text): this {
    return this.#tell(`ℹ ${text}`);
  }

  warn(text = this.#text): this {
    return this.#tell(`⚠ ${text}`);
  }

  #tell(text: string): this {
    this.#told = this.now();
    this.stream.write(`${text}\n`);
    return this;
  }
}
