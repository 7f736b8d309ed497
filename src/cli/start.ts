import { join } from 'node:path';
import type { WriteStream } from 'node:tty';
import { pino } from 'pino';
import { onceDatabaseAnswers } from '../app/await-database.js';
import { type Hub, startHub } from '../app/hub.js';
import { type Config, type ConfigInput, resolveConfig } from '../config.js';
import { createLog } from './log.js';
import { terminal } from './terminal.js';

/** Milliseconds that a shutdown may take. */
const SHUTDOWN_LIMIT = 10_000;

/** `hub start` */
export async function start(options: ConfigInput): Promise<void> {
  const config = resolveConfig(options);
  // Standard error, so that standard output has only the requested output.
  const log = createLog({ level: config.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
  const hub = await onceDatabaseAnswers(() => startHub(config, log), log);
  stopOnSignals(hub);
  terminal().stdout.write(
    (config.roles.has('api')
      ? `${hubAddressText(hub)}\nThe API is at ${hub.url}/graphql, ${tokenText(hub, config)}.\n`
      : `This process ${config.roles.has('serve') ? 'classifies photos' : 'trains'} for the hub on its database. Its health is at ${hub.url}/health.\n`) +
      grpcText(hub),
  );
  await hub.ready;
}

const grpcText = ({ grpc }: Hub): string => (grpc ? `The Open Inference Protocol over gRPC is at ${grpc}.\n` : '');

function tokenText({ token }: Hub, { data }: Config): string {
  return token === null
    ? 'with the tokens of the processes that share its database'
    : `its token in ${join(data, 'token')}`;
}

/**
 * The page's address. Its fragment, which browsers never send, signs the browser in; it is printed to a terminal only, since
 * output that is not one may be a log.
 */
export function hubAddressText({ url, token }: Hub): string {
  const isTerminal = (terminal().stdout as Partial<WriteStream>).isTTY === true;
  return `Model Hub is at ${url}/${isTerminal && token !== null ? `#token=${token}` : ''}`;
}

/**
 * Closes the hub on the first SIGINT, SIGTERM or SIGHUP, and ends with it when another hub takes its database. A second signal,
 * or a shutdown that takes too long, ends the process.
 * @returns a signal that is aborted when the hub begins to close.
 */
export function stopOnSignals(hub: Hub): AbortSignal {
  const stopping = new AbortController();
  const stop = (code: 0 | 1): void => {
    if (stopping.signal.aborted) process.exit(1);
    stopping.abort();
    setTimeout(() => process.exit(1), SHUTDOWN_LIMIT).unref();
    void hub.close().then(
      () => process.exit(code),
      () => process.exit(1),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(0));
  if (hub.lost.aborted) stop(1);
  else hub.lost.addEventListener('abort', () => stop(1), { once: true });
  return stopping.signal;
}
