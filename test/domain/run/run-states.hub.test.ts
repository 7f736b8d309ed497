import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunState } from '../../../src/domain/run/run.js';
import type { RunStates } from '../../../src/domain/run/run-states.js';
import { isFinal, TRANSITIONS, type Transition } from '../../../src/domain/run/run-transitions.js';
import { datasetVersionRow, RowDatabase, runRow, runStates } from '../../support/run-rows.js';

/** Said once more, by hand: what leads where. All else must be refused. */
const LEGAL: Readonly<Record<string, string>> = {
  'QUEUED start': 'RUNNING',
  'QUEUED cancel': 'CANCELLED',
  'RUNNING succeed': 'SUCCEEDED',
  'RUNNING fail': 'FAILED',
  'RUNNING cancel': 'CANCELLED',
  'RUNNING interrupt': 'QUEUED',
  'FAILED resume': 'QUEUED',
  'CANCELLED resume': 'QUEUED',
};
const CHANGES: readonly Transition[] = ['start', 'succeed', 'fail', 'cancel', 'interrupt', 'resume'];
const STATES = Object.values(RunState);
const all = STATES.flatMap((state) => CHANGES.map((change) => [state, change] as const));

let database: RowDatabase;
let states: RunStates;
let versionId: string;

beforeAll(async () => {
  database = await RowDatabase.open();
  ({ states } = runStates(database));
  versionId = await datasetVersionRow(database.client, 'pets');
});
afterAll(() => database.remove());

const present = (id: string) =>
  database.client.run.findUniqueOrThrow({ where: { id }, include: { events: { orderBy: { number: 'asc' } } } });

describe('a run', () => {
  it.each(all.filter(([state, change]) => `${state} ${change}` in LEGAL))(
    'that is %s can %s, which is its next event',
    async (state, change) => {
      const id = await runRow(database.client, versionId, { state, eventCount: 3 });
      await states.change(id, change, { backboneName: 'changed' });
      const behind = LEGAL[`${state} ${change}`];
      expect(await present(id)).toMatchObject({
        state: behind,
        backboneName: 'changed',
        eventCount: 4,
        events: [{ number: 4, kind: 'STATE', details: { state: behind } }],
      });
    },
  );

  it.each(all.filter(([state, change]) => !(`${state} ${change}` in LEGAL)))(
    'that is %s cannot %s, and stays as it is',
    async (state, change) => {
      const id = await runRow(database.client, versionId, { state });
      await expect(states.change(id, change, { backboneName: 'changed' })).rejects.toMatchObject({
        code: 'CONFLICT',
        details: { id, state },
      });
      expect(await states.tryChange(id, change, { backboneName: 'changed' })).toBe(false);
      expect(await present(id)).toMatchObject({ state, backboneName: 'any', eventCount: 0, events: [] });
    },
  );

  it.each([
    ['QUEUED', 'it can be cancelled or moved in the queue'],
    ['RUNNING', 'it can be cancelled'],
    ['SUCCEEDED', 'it can be deleted'],
    ['FAILED', 'it can be resumed or deleted'],
    ['CANCELLED', 'it can be resumed or deleted'],
  ] as const)('that is %s says what is possible when it refuses', async (state, possible) => {
    const id = await runRow(database.client, versionId, { state });
    const refused = CHANGES.find((change) => !(change in TRANSITIONS[state]))!;
    await expect(states.require(id, refused)).rejects.toMatchObject({
      message: expect.stringMatching(new RegExp(`^The run is ${state} and cannot be .+; ${possible}\\.$`)),
    });
  });

  it('that is not there cannot change', async () => {
    await expect(states.change('none', 'cancel')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('can be deleted in its final states alone', () => {
    expect(STATES.filter(isFinal)).toEqual(['SUCCEEDED', 'FAILED', 'CANCELLED']);
  });

  it('that two want to change at once obeys one of them', async () => {
    for (let round = 0; round < 10; round++) {
      const id = await runRow(database.client, versionId, { state: 'RUNNING' });
      const wanted = ['succeed', 'fail', 'cancel', 'interrupt'] as const;
      const done = await Promise.all(wanted.map((change) => states.tryChange(id, change)));
      // An interrupted run waits, and one that waits can be cancelled.
      const won = wanted.filter((_, i) => done[i]);
      expect([...won].filter((change) => change !== 'interrupt')).toHaveLength(1);
      const { eventCount, events } = await present(id);
      expect(events.map(({ number }) => number)).toEqual(won.map((_, i) => i + 1));
      expect(eventCount).toBe(won.length);
    }
  });
});
