import type { Logger } from 'pino';
import type { About, Telemetry } from './telemetry.js';

/**
 * Starts to send traces and the log to an OpenTelemetry collector. Only here, and only then, OpenTelemetry is loaded.
 * @param endpoint address of the collector, such as http://127.0.0.1:4318; undefined for none.
 * @throws BAD_INPUT when a variable of OpenTelemetry asks for what the hub does not have.
 */
export async function openTracing(
  endpoint: string | undefined,
  about: About,
  log: Logger,
): Promise<Telemetry | undefined> {
  if (endpoint === undefined) return undefined;
  const { startTelemetry } = await import('./telemetry.js');
  return startTelemetry(endpoint, about, log);
}
