import { expect, it } from 'vitest';
import { resolveConfig } from '../src/config.js';

it.each<[object, string]>([
  [{ port: 70_000 }, 'port: must be 65535 or less (received 70000)'],
  [{ port: 'http' }, 'port: must be a number (received "http")'],
  [{ port: 1.5 }, 'port: must be a whole number (received 1.5)'],
  [{ falseAlarmRate: 0 }, 'falseAlarmRate: must be more than 0 (received 0)'],
  [{ data: '' }, 'data: must have 1 or more characters (received "")'],
  [{ allow: 'pets' }, 'allow: must be a list (received "pets")'],
  [{ allow: ['a', 1] }, 'allow[1]: must be a text (received 1)'],
  [{ openMetrics: 'yes' }, 'openMetrics: must be true or false (received "yes")'],
  [
    { logLevel: 'loud' },
    'logLevel: must be "trace" or "debug" or "info" or "warn" or "error" or "silent" (received "loud")',
  ],
  [{ basePath: '/v1' }, 'basePath: must not begin with a path of the API, which it would hide (received "/v1")'],
  [{ roles: 'serve' }, 'roles: must be api,serve,train or api,serve or train (received "serve")'],
  [{ prot: 1 }, 'there is no "prot"'],
  [
    { databaseUrl: 'mysql://me:secret@host/db' },
    'databaseUrl: must be an address such as postgres://USER:PASSWORD@HOST/DATABASE',
  ],
  [
    { port: -1, servingBatch: 65 },
    'port: must be 0 or more (received -1); servingBatch: must be 64 or less (received 65)',
  ],
])('the configuration %j is refused in plain words', (input, problems) => {
  const message = `The configuration cannot be used: ${problems}.`;
  expect(() => resolveConfig(input, {})).toThrow(expect.objectContaining({ code: 'BAD_INPUT', message }));
});
