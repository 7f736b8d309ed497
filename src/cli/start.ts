import { join } from 'node:path';
import { pino } from 'pino';
import { type ConfigInput, resolveConfig } from '../config.js';
import { type Hub, startHub } from '../main.js';

/** Milliseconds within which the hub must have shut down. */
const SHUTDOWN_LIMIT = 10_000;

/** `hub start` */
export async function start(options: ConfigInput): Promise<void> {
  const config = resolveConfig(options);
  // Standard error, so that what a person or program asked for stands alone on standard output.
  const log = pino({ level: config.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
  const hub = await startHub(config, log);
  stopOnSignals(hub);
  process.stdout.write(`Model Hub at ${hub.url}/graphql, token in ${join(config.data, 'token')}\n`);
  await hub.ready;
}

/** Closes the hub at the first SIGINT or SIGTERM, and ends at once at the second or when that takes too long. */
export function stopOnSignals(hub: Hub): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT).unref();
    void hub.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}
