import { expect, it } from 'vitest';
import { createLog } from '../../src/cli/log.js';

const TOKEN = 'Zk3vQ0o1b9Xc-2uW_e5RtY7uI8oP6aSdFgHjKlMnBvC';

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  write(createLog({ level: 'debug', base: null }, { write: (line) => void lines.push(line) }));
  return lines.join('');
}

it.each<[string, string, string]>([
  ['a token', TOKEN, `no such token: ${TOKEN}.`],
  ['a header', 'abc.def', 'authorization: Bearer abc.def'],
  ['an address of the page', TOKEN, `http://127.0.0.1:4000/#token=${TOKEN}`],
  ['a database', 'hunter2', 'postgresql://hub:hunter2@db.example/hub is not reachable'],
  ['a proxy', 's3cret', 'the proxy http://user:s3cret@proxy.example:3128 refuses'],
  ['a signed address', 'X-Amz-Signature', 'https://s3.example/a.zip?X-Amz-Signature=0123&X-Amz-Date=1 is gone'],
  ["a webhook's secret", 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
])('%s is not in the log, in a message, an error or a property', (_, secret, said) => {
  const lines = logged((log) => {
    log.debug(said);
    log.error({ err: Object.assign(new Error(said), { options: { headers: { said } } }) }, 'failed');
    log.info({ nested: { url: said } }, 'asked');
  });
  expect(lines).not.toContain(secret);
  expect(
    lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).level),
  ).toEqual([20, 50, 30]);
});

it.each([
  'https://example.com/path is not reachable',
  '01a226f6-74f8-763f-a004-9e4fb1be5fac',
  'a'.repeat(64),
  'hub@example.com',
])('what is no secret stays: %s', (said) => {
  expect(logged((log) => log.info(said))).toContain(said);
});
