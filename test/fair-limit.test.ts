import { expect, it } from 'vitest';
import { FairLimit, inTurns } from '../src/fair-limit.js';

it('lets callers take turns, however much each of them asks for', async () => {
  const limit = new FairLimit(1);
  const done: string[] = [];
  const work = (caller: string): Promise<void> => limit.run(caller, async () => void done.push(caller));
  await Promise.all([...'aaaabbc'].map(work));
  expect(done.join('')).toBe('aabcaba');
});

it('runs so much at the same time, also after a failure', async () => {
  const limit = new FairLimit(2);
  let [running, most] = [0, 0];
  const work = async (): Promise<void> => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running -= 1;
    throw new Error('x');
  };
  const results = await Promise.allSettled([...'aabbcc'].map((caller) => limit.run(caller, work)));
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  expect(most).toBe(2);
  expect(await limit.run('a', async () => 'again')).toBe('again');
});

it('orders items by turns', () => {
  const items = [...'aaabbc'].map((caller, i) => ({ caller, i }));
  expect(inTurns(items).map(({ caller, i }) => `${caller}${i}`)).toEqual(['a0', 'b3', 'c5', 'a1', 'b4', 'a2']);
});
