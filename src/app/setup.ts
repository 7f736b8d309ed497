import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { Closing } from './closing.js';
import type { Parts } from './packaged.js';

/** What every part of a hub is opened with. */
export interface Setup {
  readonly config: Config;
  readonly parts: Parts;
  readonly log: Logger;
  readonly closing: Closing;
}
