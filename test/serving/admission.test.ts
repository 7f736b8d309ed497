import { expect, it } from 'vitest';
import { Admission } from '../../src/serving/admission.js';

const BOUNDS = {
  ...{ servingBatch: 4, servingWait: 5, servingQueue: 64, servingDeadline: 10_000, servingVersions: 1 },
  maxPhotoMemory: 100_000_000,
};

it('photos are refused once those that wait take too much memory, until one has left', () => {
  const admission = new Admission(BOUNDS);
  const [first, second, third] = [admission.accept(), admission.accept(), admission.accept()];
  admission.hold(first, 40_000_000);
  for (let i = 0; i < 40; i++) admission.hold(second, 1_000_000);
  expect(() => admission.hold(third, 20_000_001)).toThrow(
    expect.objectContaining({
      code: 'OVERLOADED',
      message:
        'The hub has more photos than it can answer: those that wait have 80 MB, this one 20.1 MB, and the limit for all is ' +
        '100 MB (maxPhotoMemory). Ask again in 1 s.',
      details: { limit: 'maxPhotoMemory', value: 100_000_000, received: 100_000_001, retryAfter: 1 },
    }),
  );
  admission.hold(third, 20_000_000);
  for (const place of [second, third]) admission.leave(place);
  admission.hold(admission.accept(), 60_000_000);
  admission.leave(first);
});

it('a photo alone may take more, and one that has left holds nothing', () => {
  const admission = new Admission(BOUNDS);
  const place = admission.accept();
  admission.hold(place, 150_000_000);
  place.deadline.abort(new Error('too late'));
  admission.leave(place);
  expect(() => admission.hold(place, 1)).toThrow('too late');
  const next = admission.accept();
  admission.hold(next, 100_000_000);
  admission.leave(next);
});
