import { pino } from 'pino';
import { expect, it, vi } from 'vitest';
import { Lane } from '../../src/jobs/lane.js';
import type { ClaimedJob } from '../../src/jobs/queue.js';

const job = (id: string, kind: ClaimedJob['kind'] = 'train'): ClaimedJob => ({
  ...{ kind, id, deaths: 0, isGivenUp: false, claimedAt: 0 },
  ...{ queue: kind, jobId: id },
});

/** A lane over these jobs of a queue in memory. */
function laneOver(waiting: ClaimedJob[], width: number, perform: (job: ClaimedJob) => Promise<boolean>) {
  const errors: unknown[] = [];
  const log = pino({ base: null }, { write: (line) => void errors.push(JSON.parse(line)) });
  const lane = new Lane({
    ...{ log, width, perform, kinds: ['train', 'sweep', 'import'] },
    async claim(kinds) {
      const [next] = kinds.flatMap((kind) => waiting.find((one) => one.kind === kind) ?? []);
      if (next) waiting.splice(waiting.indexOf(next), 1);
      return next ?? null;
    },
    async again(one) {
      waiting.unshift(one);
    },
  });
  return { lane, errors };
}

it('a job whose failure cannot be written is done again, until it can or the lane is closed', async () => {
  const full = new TypeError('disk full'); // a kind of error at which retries are often given up
  const attempts: string[] = [];
  const { lane, errors } = laneOver([job('a'), job('b')], 1, async ({ id }) => {
    attempts.push(id);
    if (attempts.length !== 2) throw full;
    return false;
  });
  lane.open();
  await vi.waitUntil(() => attempts.length === 3, { timeout: 10_000 });
  await lane.close();
  expect(attempts).toEqual(['a', 'a', 'b']);
  expect(errors).toMatchObject([{ err: { message: 'disk full' } }, {}].slice(0, errors.length));
  lane.wake();
  await lane.close();
  expect(attempts).toHaveLength(3);
});

it('kinds take turns, and a job whose worker died keeps its turn', async () => {
  const done: string[] = [];
  const waiting = [job('a'), job('b'), job('c', 'sweep'), job('d', 'import'), job('e', 'sweep')];
  const { lane } = laneOver(waiting, 1, async (one) => {
    done.push(one.id);
    if (one.id !== 'a' || done.length > 1) return false;
    waiting.unshift(one);
    return true;
  });
  lane.open();
  await vi.waitUntil(() => done.length === 6, { timeout: 10_000 });
  await lane.close();
  expect(done).toEqual(['a', 'a', 'c', 'd', 'b', 'e']);
});

it('as many jobs run at the same time as the lane is wide, and closing waits for them', async () => {
  let running = 0;
  let most = 0;
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { lane } = laneOver(
    Array.from({ length: 5 }, (_, i) => job(String(i))),
    2,
    async () => {
      running += 1;
      most = Math.max(most, running);
      await held;
      running -= 1;
      return false;
    },
  );
  lane.open();
  await vi.waitUntil(() => running === 2, { timeout: 10_000 });
  lane.wake(); // there is no place for what it may have been woken for
  await new Promise(setImmediate); // does not spin meanwhile
  const closed = lane.close();
  release();
  await closed;
  expect({ running, most }).toEqual({ running: 0, most: 2 });
});
