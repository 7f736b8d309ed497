import { pino } from 'pino';
import { expect, it } from 'vitest';
import { UpkeepHandler } from '../../src/jobs/upkeep-handler.js';

function upkeep(chores: Readonly<Record<string, () => void>>) {
  const lines: object[] = [];
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line) as object) });
  const work = Object.entries(chores).map(([name, chore]) => [name, async () => chore()]);
  return { handler: new UpkeepHandler(Object.fromEntries(work), log), lines };
}

it('does the other chores when one fails, logs the failure, and comes again', async () => {
  const done: string[] = [];
  const { handler, lines } = upkeep({
    first: () => {
      throw new Error('not now');
    },
    second: () => void done.push('second'),
  });
  const next = await handler.perform('', new AbortController().signal);
  expect(next.getTime()).toBeGreaterThan(Date.now());
  expect(done).toEqual(['second']);
  expect(lines).toMatchObject([{ upkeep: 'first', err: { message: 'not now' }, msg: 'upkeep failed' }]);
});

it('leaves what is left to another process when the hub stops', async () => {
  const done: string[] = [];
  const stopping = new AbortController();
  const { handler } = upkeep({ first: () => stopping.abort(), second: () => void done.push('second') });
  await expect(handler.perform('', stopping.signal)).rejects.toMatchObject({ name: 'AbortError' });
  expect(done).toEqual([]);
});
