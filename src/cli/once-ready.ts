import { setTimeout } from 'node:timers/promises';
import { HubError } from '../errors.js';
import type { Line } from './line.js';

/** Milliseconds between attempts. */
const PAUSE = 1000;

/** Sends a request for a version, again and again until the version is ready. */
export async function onceReady<T>(line: Line, request: () => Promise<T>): Promise<T> {
  const { text } = line;
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== 'NOT_READY') throw error;
      line.text = error.message;
      await setTimeout(PAUSE);
      line.text = text;
    }
  }
}
