import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEvent } from '../../../src/domain/run/run-event.js';
import type { RunJournal } from '../../../src/domain/run/run-journal.js';
import type { RunStates } from '../../../src/domain/run/run-states.js';
import { datasetVersionRow, RowDatabase, runRow, runStates } from '../../support/run-rows.js';

let database: RowDatabase;
let journal: RunJournal;
let states: RunStates;
let versionId: string;

beforeAll(async () => {
  database = await RowDatabase.open();
  ({ journal, states } = runStates(database));
  versionId = await datasetVersionRow(database.client, 'pets');
});
afterAll(() => database.remove());

const running = (): Promise<string> => runRow(database.client, versionId, { state: 'RUNNING' });

/** Writes so many lines, named by their number. */
async function writeLines(id: string, count: number): Promise<void> {
  const { eventCount } = await database.client.run.findUniqueOrThrow({ where: { id } });
  for (let i = 1; i <= count; i++) await journal.write(id, [{ message: `line ${eventCount + i}` }]);
}

async function take(events: AsyncIterator<RunEvent>, count: number): Promise<RunEvent[]> {
  const taken: RunEvent[] = [];
  while (taken.length < count) taken.push((await events.next()).value as RunEvent);
  return taken;
}

const numbers = (events: readonly RunEvent[]): number[] => events.map(({ number }) => number);
const upTo = (count: number, from = 1): number[] => Array.from({ length: count }, (_, i) => from + i);

describe('a reader of the events of a run', () => {
  it('gets those that are there, then those that come, and ends behind a final state', async () => {
    const id = await running();
    await writeLines(id, 3);
    const seen: RunEvent[] = [];
    for await (const event of journal.follow(id, 0)) {
      seen.push(event);
      if (event.number === 3) await writeLines(id, 2);
      if (event.number === 5) await states.change(id, 'succeed');
    }
    expect(numbers(seen)).toEqual(upTo(6));
    expect(seen[4]).toMatchObject({ runId: id, kind: 'LOG', message: 'line 5' });
    expect(seen[5]).toMatchObject({ kind: 'STATE', state: 'SUCCEEDED' });
  });

  it('waits for what comes, and misses nothing that is written while it reads', async () => {
    const id = await running();
    const reader = journal.follow(id, 0);
    const first = reader.next(); // waits
    const writing = writeLines(id, 250).then(() => states.change(id, 'fail'));
    const seen = [(await first).value as RunEvent];
    for await (const event of reader) seen.push(event);
    await writing;
    expect(numbers(seen)).toEqual(upTo(251));
  });

  it('that was cut off goes on with the last number that it has', async () => {
    const id = await running();
    await writeLines(id, 4);
    const before = await take(journal.follow(id, 0), 2);
    await writeLines(id, 3);
    const behind = await take(journal.follow(id, 2), 5);
    expect(numbers([...before, ...behind])).toEqual(upTo(7));
  });

  it('that comes when the run has ended gets all of it at once', async () => {
    const id = await running();
    await writeLines(id, 350);
    await states.change(id, 'cancel');
    const seen: RunEvent[] = [];
    for await (const event of journal.follow(id, 0)) seen.push(event);
    expect(numbers(seen)).toEqual(upTo(351));
    for await (const _ of journal.follow(id, 351)) expect.unreachable('there is nothing behind the last');
  });

  it('does not end at a final state behind which the run was resumed', async () => {
    const id = await running();
    for (const change of ['fail', 'resume', 'start', 'succeed'] as const) await states.change(id, change);
    const seen: RunEvent[] = [];
    for await (const event of journal.follow(id, 0)) seen.push(event);
    expect(seen.map(({ state }) => state)).toEqual(['FAILED', 'QUEUED', 'RUNNING', 'SUCCEEDED']);
  });

  it('that is slow holds up nobody, and gets all of it later', async () => {
    const id = await running();
    await writeLines(id, 1);
    const slow = journal.follow(id, 0);
    const seen = await take(slow, 1);
    await writeLines(id, 300); // ends although the reader has not asked again
    const [other] = await take(journal.follow(id, 300), 1);
    expect(other).toMatchObject({ number: 301 });
    seen.push(...(await take(slow, 300)));
    expect(numbers(seen)).toEqual(upTo(301));
  });

  it('ends when it has had enough, also while it waits', async () => {
    const id = await running();
    const reader = journal.follow(id, 0);
    const waiting = reader.next();
    await reader.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  it('hears of its own run alone', async () => {
    const [id, other] = [await running(), await running()];
    const reader = journal.follow(id, 0);
    const first = reader.next();
    await writeLines(other, 1);
    await writeLines(id, 1);
    expect((await first).value).toMatchObject({ runId: id, number: 1 });
    await reader.return();
  });

  it('of a run that is not there is refused', async () => {
    await expect(journal.follow('none', 0).next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

it('of the progress in a phase the last is kept, and nothing else is dropped', async () => {
  const id = await running();
  const progress = (phase: 'features' | 'training', done: number) =>
    journal.write(id, [{ progress: { phase, done, total: 3, secondsLeft: null } }]);
  for (const done of [1, 2, 3]) await progress('features', done);
  await journal.write(id, [{ message: 'kept' }]);
  for (const done of [1, 2]) await progress('training', done);
  const rows = await database.client.runEvent.findMany({ where: { runId: id }, orderBy: { number: 'asc' } });
  expect(rows.map(({ number, details }) => ({ number, details }))).toEqual([
    { number: 3, details: { progress: { phase: 'features', done: 3, total: 3, secondsLeft: null } } },
    { number: 4, details: { message: 'kept' } },
    { number: 6, details: { progress: { phase: 'training', done: 2, total: 3, secondsLeft: null } } },
  ]);
});

it('an event and what changes with it are written together or not at all', async () => {
  const id = await running();
  const twice = { epoch: 1, trainLoss: 1, trainAccuracy: 1, validationLoss: 1, validationAccuracy: 1, seconds: 1 };
  await journal.write(id, [{ epoch: twice }], { data: { backboneName: 'first' } });
  await expect(journal.write(id, [{ epoch: twice }], { data: { backboneName: 'second' } })).rejects.toThrow();
  const run = await database.client.run.findUniqueOrThrow({ where: { id }, include: { events: true, epochs: true } });
  expect(run).toMatchObject({
    ...{ backboneName: 'first', eventCount: 1 },
    ...{ events: [{ number: 1 }], epochs: [{ epoch: 1 }] },
  });
});

it('several events have numbers in a row, and a change without any event has none', async () => {
  const id = await running();
  const figures = { trainLoss: 1, trainAccuracy: 1, validationLoss: 1, validationAccuracy: 1, seconds: 1 };
  await journal.write(id, [{ message: 'before' }]);
  const epochs = [1, 2, 3].map((epoch) => ({ epoch: { epoch, ...figures } }));
  await journal.write(id, epochs, { data: { backboneName: 'first' } });
  await journal.write(id, [], { data: { backboneName: 'second' } });
  const run = await database.client.run.findUniqueOrThrow({
    where: { id },
    include: { events: { orderBy: { number: 'asc' } }, epochs: { orderBy: { epoch: 'asc' } } },
  });
  expect(run).toMatchObject({ backboneName: 'second', eventCount: 4 });
  expect(run.events.map(({ number, kind }) => `${number} ${kind}`)).toEqual(['1 LOG', '2 EPOCH', '3 EPOCH', '4 EPOCH']);
  expect(run.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
});
