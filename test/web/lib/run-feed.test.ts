import { describe, expect, it } from 'vitest';
import { EMPTY_FEED, type FeedEvent, receive } from '../../../web/src/lib/run-feed.js';

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

describe('the feed of a run', () => {
  it('keeps every event once, even if it is received again', () => {
    const first = receive(EMPTY_FEED, [event(1, { message: 'one' }), event(2, { message: 'two' })]);
    const again = receive(first, [event(2, { message: 'two' }), event(3, { message: 'three' }), event(3)]);
    expect(again.lines.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    expect(again.last).toBe(3);
    expect(receive(again, [event(1, { message: 'one' })])).toBe(again);
  });

  it('writes states and epochs in words', () => {
    const { lines } = receive(EMPTY_FEED, [
      event(1, { state: 'RUNNING' }),
      event(2, { epoch: { epoch: 1, validationLoss: 0.5, validationAccuracy: 0.75 } }),
      event(3, { system: { cpuShare: 1, memoryBytes: 1, freeMemoryBytes: 1 } }),
    ]);
    expect(lines.map(({ text }) => text)).toEqual(['Started', 'Epoch 1: validation loss 0.5000, accuracy 75.00%']);
  });

  it('keeps the progress of a run that waits again, until it has made more', () => {
    const running = receive(EMPTY_FEED, [event(1, { state: 'RUNNING' }), event(2, { progress })]);
    expect(running.progress).toEqual(progress);
    const again = receive(running, [event(3, { state: 'QUEUED' }), event(4, { state: 'RUNNING' })]);
    expect(again.progress).toEqual(progress);
    expect(receive(again, [event(5, { progress: { ...progress, done: 2 } })]).progress?.done).toBe(2);
  });

  it('keeps only as many samples of the system as are shown', () => {
    const use = { cpuShare: 0.5, memoryBytes: 1, freeMemoryBytes: 1 };
    const many = Array.from({ length: 100 }, (_, i) => event(i + 1, { system: { ...use, memoryBytes: i } }));
    const { system } = receive(EMPTY_FEED, many);
    expect(system).toHaveLength(60);
    expect(system.at(-1)?.memoryBytes).toBe(99);
  });
});
