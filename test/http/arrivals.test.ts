import { expect, it } from 'vitest';
import { Arrivals } from '../../src/http/grpc/arrivals.js';

/** Memory for eight messages: four of each token. */
const [MEMORY, LARGEST] = [80, 10];

/** Messages of a token that never arrive. @returns how many of them are being received. */
function begin(arrivals: Arrivals, token: string, messages: number): () => number {
  let receiving = 0;
  for (let i = 0; i < messages; i++) {
    void arrivals.receive(token, () => {
      receiving += 1;
      return new Promise(() => undefined);
    });
  }
  return () => receiving;
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('receives half of the messages that memory takes from one token, and lets another in', async () => {
  const arrivals = new Arrivals(MEMORY, LARGEST);
  const [many, another, third] = ['many', 'another', 'third'].map((token) => begin(arrivals, token, 100));
  await settled();
  expect([many!(), another!(), third!()]).toEqual([4, 4, 0]);
});

it('gives the place of a message that arrived, or failed, to the next one', async () => {
  const arrivals = new Arrivals(MEMORY, LARGEST);
  let most = 0;
  let receiving = 0;
  const message = async (i: number): Promise<number> => {
    most = Math.max(most, ++receiving);
    await settled();
    receiving -= 1;
    if (i % 2 === 0) throw new Error('cut off');
    return i;
  };
  const ended = await Promise.allSettled(Array.from({ length: 20 }, (_, i) => arrivals.receive('a', () => message(i))));
  expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  expect(most).toBe(4);
});

it('receives a message that alone takes more than the memory', async () => {
  expect(await new Arrivals(1, LARGEST).receive('a', async () => 'arrived')).toBe('arrived');
});
