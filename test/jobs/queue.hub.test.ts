import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { QUEUED_KINDS } from '../../src/jobs/job-kinds.js';
import { WORKER_DEATHS } from '../../src/jobs/queue.js';
import { RowDatabase } from '../support/run-rows.js';

let database: RowDatabase;

beforeAll(async () => {
  database = await RowDatabase.open();
});
afterAll(() => database.remove());
beforeEach(async () => {
  for (const kind of QUEUED_KINDS) await database.queue.rebuild(kind, async () => []);
});

/** Enqueues jobs of runs in this order of their rows. @returns their ids. */
async function enqueue(...orders: number[]): Promise<string[]> {
  const jobs = orders.map((order) => ({ id: randomUUID(), order }));
  await database.client.$transaction(async (tx) => {
    for (const job of jobs) await database.queue.enqueue(tx, 'train', job);
  });
  return jobs.map(({ id }) => id);
}

/** Ids of all jobs of runs, in the order in which they are claimed. */
async function claimAll(): Promise<string[]> {
  const ids: string[] = [];
  for (let job = await database.queue.claim(['train']); job; job = await database.queue.claim(['train'])) {
    ids.push(job.id);
  }
  return ids;
}

describe('the job queue', () => {
  it('holds no job whose transaction was rolled back', async () => {
    const { client, queue } = database;
    const written = client.$transaction(async (tx) => {
      await tx.dataset.create({ data: { name: 'rolled-back' } });
      await queue.enqueue(tx, 'train', { id: randomUUID() });
      throw new Error('rolled back');
    });
    await expect(written).rejects.toThrow('rolled back');
    expect(await claimAll()).toEqual([]);
    expect(await client.dataset.count({ where: { name: 'rolled-back' } })).toBe(0);
  });

  it('announces a job once its transaction has committed', async () => {
    const { client, queue } = database;
    const announced = new Promise<void>((resolve) => queue.onWork(resolve));
    const id = randomUUID();
    await client.$transaction((tx) => queue.enqueue(tx, 'sweep', { id }));
    await announced;
    expect(await queue.claim(['train', 'sweep'])).toMatchObject({ kind: 'sweep', id, deaths: 0, isGivenUp: false });
  });

  it('hands out jobs in the order of their rows, then in the order of enqueuing', async () => {
    const [second, first] = await enqueue(7, 3);
    const [third] = await enqueue(7);
    expect(await claimAll()).toEqual([first, second, third]);
  });

  it('follows a move, and forgets one that is rolled back', async () => {
    const { client, queue } = database;
    const [a, b, c] = (await enqueue(1, 2, 3)) as [string, string, string];
    const reorder = (ids: string[], fails: boolean) =>
      client.$transaction(async (tx) => {
        await queue.reorder(
          tx,
          'train',
          ids.map((id, i) => ({ id, order: i + 1 })),
        );
        if (fails) throw new Error('rolled back');
      });
    await reorder([c, a, b], false);
    await expect(reorder([b, a, c], true)).rejects.toThrow('rolled back');
    expect(await claimAll()).toEqual([c, a, b]);
  });

  it('hands out a job once', async () => {
    const ids = await enqueue(1, 2, 3, 4);
    const claimed = await Promise.all(Array.from({ length: 8 }, () => database.queue.claim(['train'])));
    expect(claimed.flatMap((job) => job?.id ?? []).toSorted()).toEqual(ids.toSorted());
  });

  it('withdraws a waiting job, unless the transaction is rolled back', async () => {
    const { client, queue } = database;
    const [kept, withdrawn] = (await enqueue(1, 2)) as [string, string];
    await client.$transaction((tx) => queue.withdraw(tx, 'train', withdrawn));
    const failing = client.$transaction(async (tx) => {
      await queue.withdraw(tx, 'train', kept);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await claimAll()).toEqual([kept]);
  });

  it('hands out a job again, first of all, after each death of its worker but the last, and then gives it up', async () => {
    const { queue } = database;
    const [id, other] = await enqueue(1, 2);
    for (let deaths = 0; deaths < WORKER_DEATHS; deaths++) {
      expect(await queue.claimGivenUp()).toBeNull();
      const job = await queue.claim(['train']);
      expect(job).toMatchObject({ id, deaths });
      await queue.died(job!);
    }
    expect(await claimAll()).toEqual([other]);
    const givenUp = await queue.claimGivenUp();
    expect(givenUp).toMatchObject({ kind: 'train', id, isGivenUp: true });
    await queue.done(givenUp!);
    expect(await queue.claimGivenUp()).toBeNull();
  });

  it('takes a done job for enqueued again', async () => {
    const { client, queue } = database;
    const [id] = (await enqueue(1)) as [string];
    await queue.done((await queue.claim(['train']))!);
    await client.$transaction((tx) => queue.enqueue(tx, 'train', { id, order: 5 }));
    expect(await claimAll()).toEqual([id]);
  });

  it('takes a job for enqueued again that was given up', async () => {
    const { client, queue } = database;
    const [id] = (await enqueue(1)) as [string];
    for (let deaths = 0; deaths < WORKER_DEATHS; deaths++) await queue.died((await queue.claim(['train']))!);
    await queue.done((await queue.claimGivenUp())!);
    await client.$transaction((tx) => queue.enqueue(tx, 'train', { id, order: 5 }));
    expect(await queue.claim(['train'])).toMatchObject({ id, deaths: 0 });
  });

  it('keeps a job that is enqueued again before the job that has just ended is removed', async () => {
    const { client, queue } = database;
    const [id] = (await enqueue(1)) as [string];
    const ended = (await queue.claim(['train']))!;
    await client.$transaction((tx) => queue.enqueue(tx, 'train', { id, order: 5 }));
    await queue.done(ended);
    expect(await claimAll()).toEqual([id]);
  });

  it('keeps a job that is enqueued while it is rebuilt', async () => {
    const { client, queue } = database;
    const id = randomUUID();
    await queue.rebuild('train', async () => {
      await client.$transaction((tx) => queue.enqueue(tx, 'train', { id }));
      return []; // read before the row was written
    });
    expect(await claimAll()).toEqual([id]);
  });

  it('lets a job wait again, before all others and without a death', async () => {
    const { queue } = database;
    const [id, other] = await enqueue(1, 2);
    await queue.again((await queue.claim(['train']))!);
    expect(await queue.claim(['train'])).toMatchObject({ id, deaths: 0 });
    expect(await claimAll()).toEqual([other]);
  });

  it('announces a delayed job when its time comes, and hands it out no sooner', async () => {
    const { client, queue } = database;
    const at = new Date(Date.now() + 300);
    const id = randomUUID();
    await client.$transaction((tx) => queue.enqueue(tx, 'import', { id, at }));
    expect(await queue.claim(['import'])).toBeNull();
    let job = null;
    for (; !job; job = await queue.claim(['import'])) await new Promise<void>((resolve) => queue.onWork(resolve));
    expect(job).toMatchObject({ id });
    expect(Date.now()).toBeGreaterThanOrEqual(at.getTime());
  });

  it('keeps a claim, and renews it before pg-boss ends it after a day', async () => {
    const { queue } = database;
    const [id, other] = await enqueue(1, 2);
    const job = (await queue.claim(['train']))!;
    expect(await queue.keep(job)).toBe(job);
    const renewed = await queue.renew(job);
    expect(renewed).toMatchObject({ id, deaths: 0 });
    expect(await claimAll()).toEqual([other]);
    await queue.done(renewed);
    expect(await queue.keep(renewed)).toBeNull();
  });

  it('refuses the end of a job that was claimed again since', async () => {
    const { queue } = database;
    const [id] = await enqueue(1);
    const late = (await queue.claim(['train']))!;
    await queue.died(late);
    const present = (await queue.claim(['train']))!;
    await queue.done(late);
    expect(await queue.keep(late)).toBeNull();
    expect(await queue.keep(present)).toBe(present);
    expect(present).toMatchObject({ id, deaths: 1 });
  });

  it('is rebuilt from rows, whatever it held', async () => {
    const { queue } = database;
    await enqueue(1, 2);
    await queue.claim(['train']); // left active by a process that was killed
    const jobs = [9, 4].map((order) => ({ id: randomUUID(), order }));
    await queue.rebuild('train', async () => jobs);
    expect(await claimAll()).toEqual([jobs[1]!.id, jobs[0]!.id]);
  });
});
