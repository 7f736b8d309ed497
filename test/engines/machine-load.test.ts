import { availableParallelism } from 'node:os';
import { expect, it } from 'vitest';
import { type ProcessorTime, wasBusy, watchProcessorTime } from '../../src/engines/machine-load.js';

const CORES = 8;

it.each<[string, ProcessorTime, boolean]>([
  ['on a quiet machine', { elapsed: 10, own: 9, all: 10 }, false],
  ['on a quiet machine that it cannot fill', { elapsed: 10, own: 4, all: 6 }, false],
  ['with its share of a machine on which others compute too', { elapsed: 10, own: 9, all: 70 }, false],
  ['that others kept from the processor', { elapsed: 10, own: 4, all: 70 }, true],
])('a measurement %s', (_, time, busy) => {
  expect(wasBusy(time, 1, CORES)).toBe(busy);
});

it('no more threads count than there are cores to run them', () => {
  const elapsed = 10;
  const own = 0.9 * elapsed * availableParallelism();
  expect(wasBusy({ elapsed, own, all: own + elapsed * CORES }, 1000, CORES)).toBe(false);
});

it('the processor time of this process is part of that of all', () => {
  const passed = watchProcessorTime();
  // 0.2 s, above the resolution of the system's counters.
  while (passed().own < 0.2);
  const { elapsed, own, all } = passed();
  expect(own).toBeGreaterThanOrEqual(0.2);
  expect(elapsed).toBeGreaterThan(0);
  expect(all).toBeGreaterThan(own / 2);
});
