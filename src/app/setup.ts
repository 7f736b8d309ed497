import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { Tracing } from '../tracing/tracing.js';
import type { Closing } from './closing.js';
import type { Parts } from './packaged.js';

/** Arguments of every `open` function of a hub. */
export interface Setup {
  readonly config: Config;
  readonly parts: Parts;
  readonly log: Logger;
  /** Undefined where no collector is named. */
  readonly tracing: Tracing | undefined;
  readonly closing: Closing;
}
