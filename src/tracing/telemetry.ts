import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { TraceFlags } from '@opentelemetry/api';
import { getNumberFromEnv } from '@opentelemetry/core';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider, type ReadableLogRecord } from '@opentelemetry/sdk-logs';
import { BasicTracerProvider, BatchSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { type Logger, symbols } from 'pino';
import { HubError } from '../errors.js';
import { Delivery } from './delivery.js';
import { toLogRecord } from './log-record.js';
import { OtelTracing } from './otel-tracing.js';
import type { Tracing } from './tracing.js';

/** Milliseconds that the end of a hub waits for the collector: one that took the last batch, and one that did not. */
const PATIENCE = { there: 3000, away: 500 } as const;
/** Most spans, and most lines of the log, that wait to be sent. */
const QUEUE = 2048;

/** What a process says of itself. */
export interface About {
  readonly version: string;
  readonly roles: readonly string[];
}

/** Traces and the log on their way to a collector. */
export interface Telemetry {
  /** Undefined where OTEL_TRACES_EXPORTER is `none`. */
  readonly tracing: Tracing | undefined;
  /** The log, whose lines name the span that they belong to, and are sent too. */
  readonly log: Logger;
  /** Sends what waits, within a few seconds. */
  close(): Promise<void>;
}

/** @throws BAD_INPUT. */
export function startTelemetry(endpoint: string, about: About, log: Logger): Telemetry {
  const resource = describe(about);
  const traces = isWanted('TRACES') ? sendTraces(endpoint, resource, about, log) : undefined;
  const named = traces ? naming(log, traces.tracing) : log;
  const lines = isWanted('LOGS') ? sendLog(endpoint, resource, about, named) : undefined;
  return {
    tracing: traces?.tracing,
    log: lines?.log ?? named,
    async close() {
      await Promise.all([traces?.close(), lines?.close()]);
    },
  };
}

function sendTraces(endpoint: string, resource: Resource, { version }: About, log: Logger) {
  const exporter = new OTLPTraceExporter(addressOf('TRACES', endpoint));
  const most = getNumberFromEnv('OTEL_BSP_MAX_QUEUE_SIZE') ?? QUEUE;
  const delivery = new Delivery<ReadableSpan>('spans', exporter, most, log);
  const counter = {
    onStart: () => undefined,
    onEnd(span: ReadableSpan) {
      if (span.spanContext().traceFlags & TraceFlags.SAMPLED) delivery.queue();
    },
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
  const spanProcessors = [counter, new BatchSpanProcessor(delivery, { maxQueueSize: most })];
  const provider = new BasicTracerProvider({ resource, spanProcessors });
  return {
    tracing: new OtelTracing(provider.getTracer('model-hub', version)),
    close: () => closed(provider, delivery),
  };
}

function sendLog(endpoint: string, resource: Resource, { version }: About, log: Logger) {
  const exporter = new OTLPLogExporter(addressOf('LOGS', endpoint));
  const most = getNumberFromEnv('OTEL_BLRP_MAX_QUEUE_SIZE') ?? QUEUE;
  const delivery = new Delivery<ReadableLogRecord>('log lines', exporter, most, log);
  const scheduledDelayMillis = getNumberFromEnv('OTEL_BLRP_SCHEDULE_DELAY');
  const options = { exporter: delivery, maxQueueSize: most, ...(scheduledDelayMillis && { scheduledDelayMillis }) };
  const provider = new LoggerProvider({ resource, processors: [new BatchLogRecordProcessor(options)] });
  const sender = provider.getLogger('model-hub', version);
  const both = copied(log, (line) => {
    delivery.queue();
    sender.emit(toLogRecord(line));
  });
  return { log: both, close: () => closed(provider, delivery) };
}

/** Sends what waits, but no longer than the hub has patience. */
async function closed(provider: { shutdown(): Promise<void> }, delivery: Delivery<never>): Promise<void> {
  const patience = PATIENCE[delivery.isAway ? 'away' : 'there'];
  await Promise.race([provider.shutdown().catch(() => undefined), sleep(patience, undefined, { ref: false })]);
  delivery.close();
}

/** A log whose lines name the span under way. */
function naming(log: Logger, tracing: OtelTracing): Logger {
  const named = (line: object): object => {
    const { ids } = tracing;
    if (!ids) return line;
    return { ...line, trace_id: ids.traceId, span_id: ids.spanId, trace_flags: `0${ids.traceFlags}` };
  };
  return log.child({}, { formatters: { log: named as (line: object) => Record<string, unknown> } });
}

/** A log whose lines are also given to `copy`, after secrets were removed. */
function copied(log: Logger, copy: (line: string) => void): Logger {
  const streamOf = symbols.streamSym as unknown as 'stream';
  type WithStream = Logger & { stream: { write(line: string): void } };
  const { [streamOf]: stream } = log as WithStream;
  const child = log.child({}) as WithStream;
  child[streamOf] = {
    write(line) {
      stream.write(line);
      copy(line);
    },
  };
  return child;
}

function describe({ version, roles }: About): Resource {
  const own = resourceFromAttributes({
    'service.name': 'model-hub',
    'service.version': version,
    'service.instance.id': randomUUID(),
    'host.name': hostname(),
    'process.pid': process.pid,
    'modelhub.roles': [...roles],
  });
  return own.merge(detectResources({ detectors: [envDetector] }));
}

/** Whether the variables of OpenTelemetry want a signal. @throws BAD_INPUT for what the hub does not have. */
function isWanted(signal: 'TRACES' | 'LOGS'): boolean {
  const exporter = allowed(`OTEL_${signal}_EXPORTER`, ['otlp', 'none']);
  for (const name of [`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL']) {
    if (exporter !== 'none') allowed(name, ['http/json']);
  }
  return exporter !== 'none';
}

function allowed(name: string, values: readonly string[]): string | undefined {
  const given = process.env[name]?.trim() || undefined;
  if (given === undefined || values.includes(given)) return given;
  const message = `${name} is ${JSON.stringify(given)}; the hub knows ${values.join(' and ')}. Change or unset it, or start the hub without --otlp.`;
  throw new HubError('BAD_INPUT', message, { received: given, allowed: values });
}

/** The address of a signal; one that OpenTelemetry's variables name for it is read by the exporter itself. */
function addressOf(signal: 'TRACES' | 'LOGS', endpoint: string): { url?: string } {
  if (process.env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]) return {};
  return { url: `${endpoint.replace(/\/$/, '')}/v1/${signal.toLowerCase()}` };
}
