import { createServer } from 'node:net';
import { pino } from 'pino';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { openTracing } from '../../src/tracing/open-tracing.js';
import type { Telemetry } from '../../src/tracing/telemetry.js';
import type { Tracing } from '../../src/tracing/tracing.js';
import { OtlpReceiver } from '../support/otlp-receiver.js';

const ABOUT = { version: '1.2.3', roles: ['api', 'serve'] };

afterEach(() => vi.unstubAllEnvs());

function stub(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}

/** A log that keeps its lines. */
function keptLog() {
  const lines: Record<string, unknown>[] = [];
  return { lines, log: pino({ base: null }, { write: (line) => void lines.push(JSON.parse(line)) }) };
}

async function open(url: string, log = keptLog().log): Promise<Telemetry & { readonly tracing: Tracing }> {
  return (await openTracing(url, ABOUT, log)) as Telemetry & { readonly tracing: Tracing };
}

async function collect(port?: number): Promise<OtlpReceiver> {
  const collector = await OtlpReceiver.start(port);
  onTestFinished(() => collector.stop());
  return collector;
}

it('opens nothing without a collector', async () => {
  expect(await openTracing(undefined, ABOUT, keptLog().log)).toBeUndefined();
});

it('reads the variables of OpenTelemetry', async () => {
  const [collector, other] = [await collect(), await collect()];
  stub({
    OTEL_SERVICE_NAME: 'hub-of-ann',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=trial',
    OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${other.url}/elsewhere`,
  });
  const { tracing, log, close } = await open(`${collector.url}/`);
  tracing.begin('one').end();
  log.info('a line');
  await close();
  expect(collector.spans.map(({ name }) => name)).toEqual(['one']);
  expect(collector.resources[0]).toMatchObject({
    'service.name': 'hub-of-ann',
    'service.version': '1.2.3',
    'deployment.environment.name': 'trial',
  });
  expect(collector.lines).toEqual([]);
  expect(other.lines.map(({ body }) => body.stringValue)).toEqual(['a line']);
});

it.each<[string, Readonly<Record<string, string>>, number, number]>([
  ['a sampler that takes none', { OTEL_TRACES_SAMPLER: 'always_off' }, 0, 1],
  ['no traces', { OTEL_TRACES_EXPORTER: 'none' }, 0, 1],
  ['no log', { OTEL_LOGS_EXPORTER: 'none' }, 1, 0],
])('sends what is wanted with %s', async (_, variables, spans, lines) => {
  stub(variables);
  const collector = await collect();
  const { tracing, log, close } = await open(collector.url);
  tracing?.begin('one').end();
  log.info('a line');
  await close();
  expect([collector.spans.length, collector.lines.length]).toEqual([spans, lines]);
});

it.each([
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', 'the hub knows http/json'],
  ['OTEL_EXPORTER_OTLP_LOGS_PROTOCOL', 'http/protobuf', 'the hub knows http/json'],
  ['OTEL_TRACES_EXPORTER', 'zipkin', 'the hub knows otlp and none'],
])('refuses %s=%s, which it does not have', async (name, value, message) => {
  stub({ [name]: value });
  const refusal = { code: 'BAD_INPUT', message: expect.stringContaining(`${name} is "${value}"; ${message}`) };
  await expect(open('http://127.0.0.1:1')).rejects.toMatchObject(refusal);
});

it('fails the span of work that fails, by its code, and passes parts of other threads on with their times', async () => {
  const collector = await collect();
  const { tracing, close } = await open(collector.url);
  await expect(
    tracing.run('outer', {}, async () => {
      tracing.record({ name: 'part', began: 1.8e12, ended: 1.8e12 + 2500 });
      throw new TypeError('names a file of a user');
    }),
  ).rejects.toThrow(TypeError);
  await close();
  const [part, outer] = collector.spans;
  expect(part).toMatchObject({ parentSpanId: outer!.spanId, startTimeUnixNano: '1800000000000000000' });
  expect(part).toMatchObject({ endTimeUnixNano: '1800000002500000000' });
  expect(outer).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'TypeError' } });
  expect(JSON.stringify(collector.spans)).not.toContain('names a file');
});

it('writes errors and fields of the log as attributes', async () => {
  const collector = await collect();
  const { log, close } = await open(collector.url);
  log.child({ run: 'r1' }).error({ err: new RangeError('too far') }, 'failed');
  await close();
  expect(collector.lines).toMatchObject([
    {
      severityText: 'error',
      body: { stringValue: 'failed' },
      attributes: { run: 'r1', 'exception.type': 'RangeError', 'exception.message': 'too far' },
    },
  ]);
});

it('goes on without its collector: it drops what does not fit, counts it once, and finds the collector again', async () => {
  stub({
    OTEL_EXPORTER_OTLP_TIMEOUT: '20',
    OTEL_BSP_SCHEDULE_DELAY: '10',
    OTEL_BSP_MAX_QUEUE_SIZE: '4',
    OTEL_LOGS_EXPORTER: 'none',
  });
  const gone = await collect();
  const port = Number(new URL(gone.url).port);
  await gone.stop();
  const { lines, log } = keptLog();
  const { tracing, close } = await open(`http://127.0.0.1:${port}`, log);
  for (let i = 0; i < 10; i++) tracing.begin('lost').end();
  await vi.waitUntil(() => lines.length > 0);
  tracing.begin('lost too').end();
  const back = await collect(port);
  await vi.waitUntil(() => {
    tracing.begin('kept').end();
    return lines.length > 1;
  });
  await close();
  expect(lines).toMatchObject([
    { level: 40, reason: expect.stringMatching(/./), msg: expect.stringContaining('spans cannot be sent') },
    { level: 30, msg: 'the collector takes spans again', lost: expect.any(Number) },
    { level: 40, msg: 'the collector did not get all spans', lost: expect.any(Number) },
  ]);
  expect(lines[2]!.lost).toBeGreaterThanOrEqual(6);
  expect(back.spans.map(({ name }) => name)).toContain('kept');
});

it('does not wait at its end for a collector that does not answer', async () => {
  stub({ OTEL_EXPORTER_OTLP_TIMEOUT: '50', OTEL_BSP_SCHEDULE_DELAY: '10', OTEL_BLRP_SCHEDULE_DELAY: '10' });
  const silent = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  onTestFinished(() => void silent.close());
  const { lines, log } = keptLog();
  const telemetry = await open(`http://127.0.0.1:${(silent.address() as { port: number }).port}`, log);
  telemetry.tracing.begin('lost').end();
  telemetry.log.info('a line');
  await vi.waitUntil(() => lines.filter(({ level }) => level === 40).length === 2);
  const began = performance.now();
  await telemetry.close();
  expect(performance.now() - began).toBeLessThan(3000);
});
