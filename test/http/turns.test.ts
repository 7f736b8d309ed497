import { setImmediate } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { Turns } from '../../src/http/turns.js';

/** Takes the thread for so many milliseconds. */
function work(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

it('begins at once what the first of a round asks for, and one piece of each caller in every later round', async () => {
  const turns = new Turns();
  const rounds: string[][] = [[]];
  for (const caller of 'aaabbc') turns.take(caller, () => void rounds.at(-1)!.push(caller));
  expect(rounds).toEqual([['a', 'b', 'c']]);
  for (let i = 0; i < 3; i++) {
    rounds.push([]);
    await setImmediate();
  }
  expect(rounds).toEqual([['a', 'b', 'c'], ['a', 'b'], ['a'], []]);
});

it('a caller that took the thread for long waits three times as long, and no other caller does', async () => {
  const turns = new Turns();
  const began = performance.now();
  const times = { a: [] as number[], b: [] as number[] };
  const note = (caller: 'a' | 'b') => turns.run(caller, () => void times[caller].push(performance.now() - began));
  const long = turns.run('a', () => work(15));
  const next = note('a');
  await Promise.all([long, note('b'), note('b')]);
  expect(times.a).toEqual([]);
  await next;
  expect(times.a[0]).toBeGreaterThanOrEqual(59);
  await setImmediate();
  await note('a');
  expect(times.a).toHaveLength(2);
});

it('work that fails does, and its caller has further turns', async () => {
  const turns = new Turns();
  const fail = () => {
    throw new Error('x');
  };
  const all = await Promise.allSettled([turns.run('a', fail), turns.run('a', fail), turns.run('a', () => 1)]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
});

it('a caller that has had its turn is forgotten', async () => {
  const turns = new Turns();
  const begin = vi.fn();
  turns.take('a', begin);
  await setImmediate();
  await setImmediate();
  turns.take('a', begin);
  expect(begin, 'at once').toHaveBeenCalledTimes(2);
});
