import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunStates } from '../../../src/domain/run/run-states.js';
import { TrainHandler } from '../../../src/domain/run/train-handler.js';
import { datasetVersionRow, RowDatabase, runRow, runStates } from '../../support/run-rows.js';

let database: RowDatabase;
let states: RunStates;
let versionId: string;

beforeAll(async () => {
  database = await RowDatabase.open();
  ({ states } = runStates(database));
  versionId = await datasetVersionRow(database.client, 'pets');
});
afterAll(() => database.remove());

/** Three runs, each the parent of the next: the first in the given state, the others queued. */
async function chain(state: 'QUEUED' | 'RUNNING' | 'FAILED'): Promise<[string, string, string]> {
  const { client } = database;
  const first = await runRow(client, versionId, { state });
  const second = await runRow(client, versionId, { kind: 'FINE_TUNE', parentRunId: first });
  return [first, second, await runRow(client, versionId, { kind: 'FINE_TUNE', parentRunId: second })];
}

const rows = (ids: readonly string[]) =>
  Promise.all(ids.map((id) => database.client.run.findUniqueOrThrow({ where: { id }, include: { events: true } })));
const statesOf = async (ids: readonly string[]) => (await rows(ids)).map(({ state }) => state);

it('the success of a run makes the run after it ready, and no other', async () => {
  const [first, second] = await chain('RUNNING');
  await states.change(first, 'succeed');
  expect(await database.queue.claim(['train'])).toMatchObject({ id: second });
  expect(await database.queue.claim(['train'])).toBeNull();
});

it.each([
  ['fail', 'FAILED', 'failed'],
  ['cancel', 'CANCELLED', 'was cancelled'],
] as const)(
  'when a run is told to %s, all runs after it are cancelled, with the reason',
  async (change, state, how) => {
    const ids = await chain('RUNNING');
    await states.change(ids[0], change);
    const [first, ...others] = await rows(ids);
    expect(first!.state).toBe(state);
    for (const { events, ...run } of others) {
      expect(run).toMatchObject({ state: 'CANCELLED', errorCode: 'STAGE_SKIPPED', endedAt: expect.any(Date) });
      expect(run.error).toBe(`Its parent run ${ids[0]} ${how}. Resume that run; this one then follows.`);
      expect(events).toMatchObject([{ number: 1, details: { state: 'CANCELLED' } }]);
    }
  },
);

it('a resumed run brings back the runs that were cancelled with it', async () => {
  const ids = await chain('RUNNING');
  await states.change(ids[0], 'fail');
  await states.change(ids[0], 'resume');
  expect(await rows(ids)).toMatchObject([
    { state: 'QUEUED' },
    { state: 'QUEUED', error: null, errorCode: null, endedAt: null },
    { state: 'QUEUED', error: null, errorCode: null, endedAt: null },
  ]);
});

it('a run that its user cancelled stays cancelled, with the runs after it', async () => {
  const ids = await chain('RUNNING');
  await states.change(ids[1], 'cancel');
  await states.change(ids[0], 'fail');
  await states.change(ids[0], 'resume');
  expect(await statesOf(ids)).toEqual(['QUEUED', 'CANCELLED', 'CANCELLED']);
});

it('a hub that starts finds no job for a run that waits for its parent', async () => {
  const ids = await chain('QUEUED');
  // Of its parts, the list of waiting jobs needs only these.
  const handler = new TrainHandler({ prisma: database.client, states } as ConstructorParameters<
    typeof TrainHandler
  >[0]);
  const waiting = (await handler.waiting(async () => new Set())).map(({ id }) => id);
  expect(ids.map((id) => waiting.includes(id))).toEqual([true, false, false]);
});
