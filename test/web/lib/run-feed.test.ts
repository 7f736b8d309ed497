import { describe, expect, it } from 'vitest';
import { type FeedEvent, hear, NOTHING_HEARD } from '../../../web/src/lib/run-feed.js';

const event = (number: number, besides: Partial<FeedEvent> = {}): FeedEvent => ({
  number,
  at: '2026-01-01T00:00:00Z',
  state: null,
  message: null,
  epoch: null,
  progress: null,
  system: null,
  ...besides,
});
const progress = { phase: 'TRAINING', done: 1, total: 4, secondsLeft: 3 } as const;

describe('what is heard of a run', () => {
  it('is told once, also when it comes again or comes twice', () => {
    const first = hear(NOTHING_HEARD, [event(1, { message: 'one' }), event(2, { message: 'two' })]);
    const again = hear(first, [event(2, { message: 'two' }), event(3, { message: 'three' }), event(3)]);
    expect(again.lines.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    expect(again.last).toBe(3);
    expect(hear(again, [event(1, { message: 'one' })])).toBe(again);
  });

  it('says states and epochs in words', () => {
    const { lines } = hear(NOTHING_HEARD, [
      event(1, { state: 'RUNNING' }),
      event(2, { epoch: { epoch: 1, validationLoss: 0.5, validationAccuracy: 0.75 } }),
      event(3, { system: { cpuShare: 1, memoryBytes: 1, freeMemoryBytes: 1 } }),
    ]);
    expect(lines.map(({ text }) => text)).toEqual(['Runs.', 'Epoch 1: validation loss 0.5000, accuracy 75.00 %']);
  });

  it('shows progress until the run no longer runs', () => {
    const running = hear(NOTHING_HEARD, [event(1, { state: 'RUNNING' }), event(2, { progress })]);
    expect(running.progress).toEqual(progress);
    expect(hear(running, [event(3, { state: 'QUEUED' })]).progress).toBeNull();
  });

  it('keeps no more of the system than is shown', () => {
    const use = { cpuShare: 0.5, memoryBytes: 1, freeMemoryBytes: 1 };
    const many = Array.from({ length: 100 }, (_, i) => event(i + 1, { system: { ...use, memoryBytes: i } }));
    const { system } = hear(NOTHING_HEARD, many);
    expect(system).toHaveLength(60);
    expect(system.at(-1)?.memoryBytes).toBe(99);
  });
});
