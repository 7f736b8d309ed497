import { expect, it } from 'vitest';
import { bytes } from '../../src/cli/format.js';
import { Meter } from '../../src/cli/progress.js';

it('a meter shows share, rate and remaining time, by the rate since it began', () => {
  let now = 0;
  const meter = new Meter(bytes, () => now);
  expect(meter.text(1000, 10_000)).toBe('[##------------------] 10.0% of 10 kB');
  now = 2000;
  expect(meter.text(5000, 10_000)).toBe('[##########----------] 50.0% of 10 kB, 2 kB/s, 2s left');
});

it('a meter takes the remaining time from whoever knows better', () => {
  let now = 0;
  const meter = new Meter(undefined, () => now);
  meter.text(0, 60_000);
  now = 1000;
  expect(meter.text(1500, 60_000, 90)).toBe('[#-------------------] 2.5% of 60,000, 1,500/s, 1m 30s left');
});

it('a meter of nothing is full', () => {
  expect(new Meter(undefined, () => 0).text(0, 0)).toBe('[####################] 100.0% of 0');
});
