import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import type { ClassifierForward } from '../../src/engines/engine.js';
import { evenly, LaneShares } from '../../src/serving/lane-shares.js';

const [FIRST] = [{} as ClassifierForward];
const of = (callers: string) => [...callers].map((caller) => ({ caller }));
const names = (photos: readonly { caller: string }[]) => photos.map(({ caller }) => caller).join('');

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => void vi.useRealTimers());
});

it('one token has every lane while no other sends photos', () => {
  const shares = new LaneShares();
  shares.saw('a');
  shares.begin(FIRST, of('aa'));
  expect(names(shares.eligible(of('aaa'), 1))).toBe('aaa');
});

it('the last free lane is for tokens that compute nothing', () => {
  const shares = new LaneShares();
  expect(names(shares.eligible(of('ab'), 1)), 'a machine with one lane').toBe('ab');
  shares.begin(FIRST, of('ab'));
  expect(names(shares.eligible(of('abcab'), 2)), 'not the last').toBe('abcab');
  expect(names(shares.eligible(of('abcab'), 1))).toBe('c');
});

it('it stays free for a token for a quarter of a second after its last photo or answer', () => {
  const shares = new LaneShares();
  const isKeptFree = () => shares.eligible(of('aaa'), 1).length === 0;
  shares.saw('b');
  shares.begin(FIRST, of('a'));
  vi.advanceTimersByTime(200);
  expect(isKeptFree()).toBe(true);
  shares.end(FIRST);
  shares.begin(FIRST, of('b'));
  vi.advanceTimersByTime(200);
  shares.end(FIRST);
  shares.begin(FIRST, of('a'));
  vi.advanceTimersByTime(200);
  expect(isKeptFree(), 'after its answer').toBe(true);
  vi.advanceTimersByTime(51);
  expect(isKeptFree()).toBe(false);
});

it.each([
  ['aaaa', 'aaaa'],
  ['abaaa', 'ab'],
  ['abcabcac', 'abcabc'],
])('of %s, the same number of each token is computed together: %s', (waiting, together) => {
  expect(names(evenly(of(waiting)))).toBe(together);
});
