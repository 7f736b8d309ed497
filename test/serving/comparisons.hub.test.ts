import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Comparison, Comparisons } from '../../src/serving/comparisons.js';
import type { LoadedVersions } from '../../src/serving/loaded-versions.js';
import type { ServedVersion } from '../../src/serving/served-version.js';
import { ServingRoom } from '../support/serving-room.js';

let room: ServingRoom;
let version: ServedVersion;
let loaded: LoadedVersions;

beforeAll(async () => {
  room = await ServingRoom.open();
  version = await room.version(1, { leaning: [3, 1, 4, 2] });
  loaded = room.inMemory();
});
afterAll(() => room.remove());

/** One that tells what came of it. */
function comparison(more: Partial<Comparison> = {}): Comparison & { readonly ended: Promise<unknown> } {
  let tell = (_: unknown): void => undefined;
  const ended = new Promise((resolve) => {
    tell = resolve;
  });
  const pixels = async (side: number): Promise<Uint8Array> => new Uint8Array(side ** 2 * 3);
  const usual = { of: version, version, n: 1, bytes: 1, pixels, answered: tell, failed: tell };
  return { ...usual, ...more, ended };
}

it('asks nothing before nobody waits, and then one after the other until somebody does again', async () => {
  const comparisons = new Comparisons(loaded);
  const answers: string[] = [];
  const first = comparison({
    answered: (labels) => {
      answers.push(...labels);
      comparisons.busy();
      comparisons.idle(0);
    },
  });
  const second = comparison();
  for (const one of [first, second]) expect(comparisons.add(one)).toBe(true);
  expect(answers).toEqual([]);
  comparisons.idle(0);
  expect(await second.ended).toEqual(['cat']);
  expect(answers).toEqual(['cat']);
});

it('tells what one failed of, and goes on with the next', async () => {
  const comparisons = new Comparisons(loaded);
  const broken = comparison({ pixels: () => Promise.reject(new Error('no pixels')) });
  const next = comparison();
  for (const one of [broken, next]) comparisons.add(one);
  comparisons.idle(0);
  expect(await broken.ended).toEqual(new Error('no pixels'));
  expect(await next.ended).toEqual(['cat']);
});

it('takes no more than may wait, nor more bytes than may be kept, and has room again for what was forgotten', () => {
  const comparisons = new Comparisons(loaded);
  const taken = Array.from({ length: 65 }, () => comparisons.add(comparison()));
  expect(taken.indexOf(false)).toBe(64);
  comparisons.forget(version);
  expect(comparisons.add(comparison({ bytes: 64 * 1024 ** 2 + 1 }))).toBe(false);
  expect(comparisons.add(comparison({ bytes: 64 * 1024 ** 2 }))).toBe(true);
  expect(comparisons.add(comparison())).toBe(false);
});
