import { join } from 'node:path';
import { pino } from 'pino';
import { type Hub, startHub } from '../app/hub.js';
import { type ConfigInput, resolveConfig } from '../config.js';

/** Milliseconds that a shutdown may take. */
const SHUTDOWN_LIMIT = 10_000;

/** `hub start` */
export async function start(options: ConfigInput): Promise<void> {
  const config = resolveConfig(options);
  // Standard error, so that standard output has only the requested output.
  const log = pino({ level: config.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
  const hub = await startHub(config, log);
  stopOnSignals(hub);
  process.stdout.write(
    `${hubAddressText(hub)}\nThe API is at ${hub.url}/graphql, its token in ${join(config.data, 'token')}.\n`,
  );
  await hub.ready;
}

/** The page's address. The fragment signs the browser in; browsers never send it to a server. */
export const hubAddressText = ({ url, token }: Hub): string => `Model Hub is at ${url}/#token=${token}`;

/** Closes the hub on the first SIGINT or SIGTERM; a second one, or a shutdown that takes too long, ends the process. */
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
