import { expect, it } from 'vitest';
import { resolveConfig } from '../src/config.js';

it.each<[object, string]>([
  [{ port: 70_000 }, '--port must be 65535 or less (received 70000)'],
  [{ port: 'http' }, '--port must be a number (received "http")'],
  [{ port: 1.5 }, '--port must be a whole number (received 1.5)'],
  [{ workerThreads: 0 }, '--worker-threads must be 1 or more (received 0)'],
  [{ workerThreads: 'all' }, '--worker-threads must be a number (received "all")'],
  [{ falseAlarmRate: 0 }, '--false-alarm-rate must be more than 0 (received 0)'],
  [{ data: '' }, '--data must have 1 or more characters (received "")'],
  [{ allow: 'pets' }, '--allow must be a list (received "pets")'],
  [{ allow: ['a', 1] }, '--allow must be a text (received 1)'],
  [{ openMetrics: 'yes' }, '--open-metrics must be true or false (received "yes")'],
  [
    { logLevel: 'loud' },
    '--log-level must be "trace" or "debug" or "info" or "warn" or "error" or "silent" (received "loud")',
  ],
  [{ basePath: '/v1' }, '--base-path must not begin with a path of the API, which it would hide (received "/v1")'],
  [
    { roles: 'serve,answer' },
    '--roles must be one or more of api, serve, train, with commas between them (received "serve,answer")',
  ],
  [{ port: 5000, grpcPort: '5000' }, '--grpc-port must be another port than --port (received "5000")'],
  [{ prot: 1 }, 'there is no "prot"'],
  [
    { databaseUrl: 'mysql://me:secret@host/db' },
    '--database-url must be an address such as postgres://USER:PASSWORD@HOST/DATABASE',
  ],
  [{ otlp: 'localhost:4318' }, '--otlp must be an address such as http://127.0.0.1:4318'],
  [
    { port: -1, servingBatch: 65 },
    '--port must be 0 or more (received -1); --serving-batch must be 64 or less (received 65)',
  ],
])('the configuration %j is refused in plain words', (input, problems) => {
  const message = `The configuration cannot be used: ${problems}.`;
  expect(() => resolveConfig(input, {})).toThrow(expect.objectContaining({ code: 'BAD_INPUT', message }));
});

it.each<[object, NodeJS.ProcessEnv, string | undefined]>([
  [{}, {}, undefined],
  [{}, { OTEL_EXPORTER_OTLP_ENDPOINT: '' }, undefined],
  [{}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://there:4318' }, 'http://there:4318'],
  [{ otlp: 'http://here:4318' }, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://there:4318' }, 'http://here:4318'],
  [{ otlp: 'http://here:4318' }, { OTEL_SDK_DISABLED: 'true' }, undefined],
])('the setting %j with the variables %j sends traces to %s', (input, environment, otlp) => {
  expect(resolveConfig(input, environment).otlp).toBe(otlp);
});
