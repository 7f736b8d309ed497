import { describe, expect, it } from 'vitest';
import { Admission, type Place } from '../../src/serving/admission.js';

const SETTINGS = { servingBatch: 8, servingWait: 5, servingQueue: 4, servingDeadline: 10_000, servingVersions: 1 };
const admission = (): Admission => new Admission({ ...SETTINGS, maxPhotoMemory: 1e6 });
const photo = { bytes: new Uint8Array(1), count: 1 };
const refusal = (work: () => unknown): unknown => {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

/** So many photos of a token that have arrived. */
function queue(admitted: Admission, caller: string, count: number): Place {
  const place = admitted.accept(caller);
  admitted.take(place, { ...photo, count });
  return place;
}

describe('the queue', () => {
  it('has places for every token: one that fills its own leaves those of others', () => {
    const queued = admission();
    const places = [queue(queued, 'a', 4)];
    expect(refusal(() => queued.accept('a'))).toMatch(/4 of this token wait for an answer, and servingQueue allows 4/);
    places.push(queue(queued, 'b', 4));
    expect(refusal(() => queued.accept('c'))).toMatch(/8 wait for an answer, and all tokens together may have 8/);
    for (const place of places) queued.leave(place);
    expect(queued.waiting).toBe(0);
  });

  it('does not count photos that are arriving, whose number each token has a bound on too', () => {
    const queued = admission();
    const arriving = Array.from({ length: 4 }, () => queued.accept('a'));
    expect(refusal(() => queued.accept('a'))).toMatch(/4 of this token are arriving, and servingQueue allows 4/);
    expect(refusal(() => queued.accept('b'))).toBe('accepted');
    for (const place of arriving) queued.take(place, photo);
    expect(queued.waiting).toBe(5);
    expect(refusal(() => queued.accept('a'))).toMatch(/4 of this token wait/);
  });

  it('estimates the wait by turns: what another token has queued counts once per photo', () => {
    const queued = new Admission({ ...SETTINGS, servingQueue: 100, servingDeadline: 150, maxPhotoMemory: 1e6 });
    queue(queued, 'a', 100);
    queued.computed(1, 50);
    expect(refusal(() => queued.accept('a'))).toMatch(/100 of this token wait/);
    expect(refusal(() => queued.accept('b'))).toBe('accepted'); // after one photo of the other token
    queued.computed(1, 1000);
    expect(refusal(() => queued.accept('b'))).toMatch(/an answer would take about \d+ ms/);
  });
});

describe('memory', () => {
  const admission = (): Admission => new Admission({ ...SETTINGS, servingQueue: 64, maxPhotoMemory: 200_000_000 });

  it('is shared out: photos are refused once those of their token, or of all, take too much', () => {
    const admitted = admission();
    const [first, second, third] = [admitted.accept('a'), admitted.accept('a'), admitted.accept('a')];
    admitted.hold(first, 40_000_000);
    for (let i = 0; i < 40; i++) admitted.hold(second, 1_000_000);
    expect(() => admitted.hold(third, 20_000_001)).toThrow(
      expect.objectContaining({
        code: 'OVERLOADED',
        message:
          'The hub has more photos than it can answer: those of this token that wait have 80 MB, this one 20.1 MB, and the ' +
          'limit for one token is 100 MB (maxPhotoMemory). Ask again in 1 s.',
        details: { limit: 'maxPhotoMemory', value: 100_000_000, received: 100_000_001, retryAfter: 1 },
      }),
    );
    admitted.hold(third, 20_000_000);
    admitted.hold(admitted.accept('b'), 100_000_000);
    const other = admitted.accept('c');
    expect(refusal(() => admitted.hold(other, 1))).toMatch(
      /those that wait have 200 MB, .* the limit for all is 200 MB/,
    );
    for (const place of [first, second, third]) admitted.leave(place);
    expect(refusal(() => admitted.hold(other, 100_000_000))).toBe('accepted');
  });

  it('may be exceeded by a photo alone, and is not taken by one that has left', () => {
    const admitted = admission();
    const place = admitted.accept('a');
    admitted.hold(place, 300_000_000);
    place.deadline.abort(new Error('too late'));
    admitted.leave(place);
    expect(refusal(() => admitted.hold(place, 1))).toBe('too late');
    const next = admitted.accept('a');
    admitted.hold(next, 100_000_000);
  });
});
