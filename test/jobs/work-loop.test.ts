import { expect, it, vi } from 'vitest';
import { WorkLoop } from '../../src/jobs/work-loop.js';

it('work that cannot go on is tried again, until it can or the loop is closed', async () => {
  const failures: unknown[] = [];
  let attempts = 0;
  const full = new TypeError('disk full'); // of a kind at which retries are often given up
  const next = async (): Promise<boolean> => {
    attempts += 1;
    if (attempts !== 2) throw full;
    return true; // a piece was done; the next one fails
  };
  const loop = new WorkLoop(next, (error) => void failures.push(error));
  loop.wake();
  await vi.waitUntil(() => attempts === 3, { timeout: 10_000 });
  await loop.close();
  expect(failures).toEqual([full, full]);
  loop.wake();
  await loop.close();
  expect(attempts).toBe(3);
});
