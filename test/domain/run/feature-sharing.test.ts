import { expect, it } from 'vitest';
import type { ProcessInfo } from '../../../src/cluster/processes.js';
import { FeatureSharing } from '../../../src/domain/run/feature-sharing.js';
import { divide } from '../../../src/domain/run/feature-slices.js';

const HERE = 'onnx cpu x64 avx2';
/** 5,500 pictures, of which one chunk was cached before. */
const [PICTURES, PER_CHUNK] = [5500, 1000];
const CACHED = [{ index: 2, blob: '', rows: PER_CHUNK }];

/** A process that trains, in the same way as this one and without work, unless told otherwise. */
const worker = (differs: Partial<ProcessInfo> = {}): ProcessInfo => ({
  ...{ id: 'other', name: 'other:1', roles: ['train'], version: '1', address: '', computer: HERE },
  ...{ startedAt: new Date(), seenAt: new Date(), isLive: true, isReady: true, serving: [], working: [] },
  ...differs,
});

/** Stores chunk after chunk, each in some seconds. @returns what is decided after each. */
async function decisions(others: readonly ProcessInfo[], chunkSeconds: number) {
  let now = 0;
  const processes = { id: 'here', list: async () => [worker({ id: 'here' }), ...others] };
  const sharing = new FeatureSharing({ processes, computer: HERE, seconds: 120, now: () => now });
  const watch = sharing.watch(PICTURES, PER_CHUNK, CACHED);
  const decided = [];
  for (const index of [0, 1, 3]) {
    now += chunkSeconds * 1000;
    decided.push(await watch.next({ index, blob: '', rows: PER_CHUNK }));
  }
  return decided;
}

it('the rest of the features is shared as soon as it takes long, among all who have nothing to do', async () => {
  const [plan] = await decisions([worker(), worker({ id: 'third' })], 60);
  expect(plan).toMatchObject({
    message: 'Features: 3500 images left, about 3m 30s on one worker. Shared among 3 workers in 4 slices.',
  });
  const { slices } = plan as { slices: readonly { first: number; chunks: number }[] };
  expect(slices.map(({ first, chunks }) => [first, chunks])).toEqual([
    [1, 1],
    [3, 1],
    [4, 1],
    [5, 1],
  ]); // 2 is cached
});

it.each([
  ['no other process trains', [worker({ roles: ['api', 'serve'] })], 60],
  ['the other one is busy', [worker({ working: [{ kind: 'train', id: 'a run' }] })], 60],
  ['the other one is dead', [worker({ isLive: false, computer: 'another' })], 60],
  ['the other one is of a release that knows no slices', [worker({ computer: null })], 60],
  ['it takes less than two minutes', [worker()], 30],
])('one worker computes them where %s', async (_, others, chunkSeconds) => {
  expect(await decisions(others, chunkSeconds)).toEqual([null, null, null]);
});

it('one worker computes them, and says once why, where another one would compute other digits', async () => {
  const decided = await decisions([worker(), worker({ id: 'third', computer: 'onnx cpu arm64 sve' })], 60);
  expect(decided[0]).toContain('this one computes with onnx cpu x64 avx2, others with onnx cpu arm64 sve');
  expect(decided.slice(1)).toEqual([null, null]);
});

it('slices are of equal size, and no more than the chunks', () => {
  const sizes = (missing: number, slices: number) =>
    divide(
      Array.from({ length: missing }, (_, i) => i),
      slices,
    ).map(({ chunks }) => chunks);
  expect(sizes(10, 4)).toEqual([3, 2, 3, 2]);
  expect(sizes(2, 4)).toEqual([1, 1]);
});
