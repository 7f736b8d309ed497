import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { PrismaClient } from '../../src/storage/database.js';
import type { ListedRun, RunPageAnswer } from '../support/answers.js';
import { datasetVersionRow, runRow } from '../support/run-rows.js';
import { TestHub } from '../support/test-hub.js';

/** Rows of the list, oldest first. Metrics repeat, and some have none. */
const COUNT = 60;
const at = (i: number): Date => new Date(Date.UTC(2026, 0, 1, 0, Math.floor(i / 2))); // two in each minute
const accuracy = (i: number): number | null => (i % 4 === 3 ? null : (i % 7) / 10);
const STATES = ['SUCCEEDED', 'FAILED', 'CANCELLED'] as const;
const tagsOf = (i: number): string[] => (i % 10 === 0 ? ['paper', `batch-${i}`] : []);

let hub: TestHub;
/** By place in the order of creation. */
let ids: string[];

beforeAll(async () => {
  hub = await TestHub.start({ rows: fill });
});
afterAll(() => hub.remove());

/** Puts the rows there. */
async function fill(client: PrismaClient): Promise<void> {
  const versions = [await datasetVersionRow(client, 'pets'), await datasetVersionRow(client, 'birds')];
  const about = { licence: 'any', preprocessing: 'any', trainedOn: 'any', source: 'any' };
  const named = { name: 'any', sha256: 'c'.repeat(64), architecture: 'InceptionV3' };
  const { id: backboneId } = await client.backbone.create({ data: { ...named, ...about } });
  ids = [];
  for (let i = 0; i < COUNT; i++) {
    const metrics = { trainLoss: 1, trainAccuracy: 0.5, validationLoss: 1, validationAccuracy: 0.5, seconds: 1 };
    const id = await runRow(client, versions[i % 3 === 0 ? 1 : 0]!, {
      state: STATES[i % 3]!,
      kind: i % 2 ? 'FINE_TUNE' : 'TRANSFER',
      backboneId,
      createdAt: at(i),
      testAccuracy: accuracy(i),
      validationLoss: i / 100,
      tags: tagsOf(i),
      tagText: tagsOf(i).join(' '),
      epochs: { create: [1, 2].map((epoch) => ({ epoch, ...metrics })) },
      events: { create: { number: 1, kind: 'LOG', details: { message: `line of ${i}` } } },
      eventCount: 1,
    });
    ids.push(id);
  }
}

/** The runs of all pages in order. */
async function list(variables: Record<string, unknown>, first = 7): Promise<ListedRun[]> {
  const all: ListedRun[] = [];
  for (let after: string | null = null; ; ) {
    const { runs }: RunPageAnswer = await hub.ask('runs', { first, after, ...variables });
    all.push(...runs.runs);
    if (runs.next === null) return all;
    expect(runs.runs).toHaveLength(first);
    after = runs.next;
  }
}

const places = (runs: readonly { readonly id: string }[]): number[] => runs.map(({ id }) => ids.indexOf(id));
const upTo = Array.from({ length: COUNT }, (_, i) => i);
const refusal = (variables: object): Promise<unknown> =>
  hub.ask('runs', { ...variables }).then(
    () => 'not refused',
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  );

describe('a list of runs', () => {
  it('is newest first, each run once, page by page', async () => {
    expect(places(await list({}))).toEqual(upTo.toReversed());
    expect(places(await list({}, 60))).toEqual(upTo.toReversed());
  });

  it('is oldest first when it is asked to', async () => {
    expect(places(await list({ sort: { direction: 'ASCENDING' } }))).toEqual(upTo);
  });

  it.each(['ASCENDING', 'DESCENDING'] as const)(
    'is sorted by a metric, %s, with runs that lack it last',
    async (direction) => {
      const sign = direction === 'ASCENDING' ? 1 : -1;
      const expected = upTo.toSorted((a, b) => {
        const [x, y] = [accuracy(a), accuracy(b)];
        if (x === null || y === null) return Number(x === null) - Number(y === null) || sign * (a - b);
        return sign * (x - y || a - b);
      });
      for (const first of [7, 1, 60]) {
        expect(places(await list({ sort: { by: 'TEST_ACCURACY', direction } }, first))).toEqual(expected);
      }
    },
  );

  it.each<[string, object, (i: number) => boolean]>([
    ['states', { states: ['FAILED', 'CANCELLED'] }, (i) => i % 3 > 0],
    ['no states', { states: [] }, () => false],
    ['kind', { kind: 'FINE_TUNE' }, (i) => i % 2 === 1],
    ['dataset', { dataset: 'birds' }, (i) => i % 3 === 0],
    ['dataset version', { dataset: 'birds', datasetVersion: 2 }, () => false],
    ['a dataset that is not there', { dataset: 'fish' }, () => false],
    ['tag', { tag: 'paper' }, (i) => i % 10 === 0],
    ['time', { createdFrom: at(10), createdBefore: at(20) }, (i) => i >= 10 && i < 20],
    [
      'range of a metric',
      { metrics: [{ metric: 'TEST_ACCURACY', atLeast: 0.2, atMost: 0.4 }] },
      (i) => accuracy(i) !== null && accuracy(i)! >= 0.2 && accuracy(i)! <= 0.4,
    ],
    ['having a metric', { metrics: [{ metric: 'TEST_ACCURACY' }] }, (i) => accuracy(i) !== null],
    ['part of a tag, in any case', { text: 'ATCH-3' }, (i) => i === 30],
    ['a text with a wildcard', { text: 'batch_3%' }, () => false],
    [
      'all of that at once',
      {
        states: ['SUCCEEDED'],
        kind: 'TRANSFER',
        dataset: 'birds',
        tag: 'paper',
        metrics: [{ metric: 'TEST_ACCURACY' }],
      },
      (i) => i % 30 === 0 && accuracy(i) !== null,
    ],
  ])('is filtered by %s', async (_, filter, holds) => {
    expect(places(await list({ filter }))).toEqual(upTo.filter(holds).toReversed());
    const sort = { by: 'VALIDATION_LOSS', direction: 'ASCENDING' };
    expect(places(await list({ filter, sort }))).toEqual(upTo.filter(holds));
  });

  it('is filtered by part of an id', async () => {
    const text = ids[5]!.slice(-12);
    expect(places(await list({ filter: { text } }))).toEqual([5]);
  });

  it.each<[string, object, RegExp]>([
    [
      'a cursor that is none',
      { after: 'x' },
      /^"after" must be the "endCursor" of a page of the same list; "x" is not one\.$/,
    ],
    [
      'a cursor of another kind',
      { after: Buffer.from('["createdAt","desc",1,"x"]').toString('base64url') },
      /^"after"/,
    ],
    [
      'a version without its dataset',
      { filter: { datasetVersion: 1 } },
      /^A dataset version needs its dataset: each dataset numbers its own versions\.$/,
    ],
    ['a tag that cannot be', { filter: { tag: 'Not good' } }, /^A name has 1 to 64 characters/],
    ['a very long text', { filter: { text: 'x'.repeat(101) } }, /100 characters/],
    ['many metrics', { filter: { metrics: Array(11).fill({ metric: 'TEST_LOSS' }) } }, /10/],
  ])('is refused with %s', async (_, variables, message) => {
    expect(await refusal(variables)).toEqual({ code: 'BAD_INPUT', message: expect.stringMatching(message) });
  });

  it('is refused with a cursor of another sort', async () => {
    const { runs } = await hub.ask<RunPageAnswer>('runs', { first: 5 });
    for (const sort of [{ by: 'TEST_LOSS' }, { direction: 'ASCENDING' }]) {
      expect(await refusal({ after: runs.next, sort })).toMatchObject({ code: 'BAD_INPUT' });
    }
  });

  it('takes as many statements for five runs as for fifty, with all that belongs to them', async () => {
    const everything = `query ($first: Int!, $sort: RunSort) { runs(page: { first: $first }, sort: $sort) { runs {
      id tags queuePosition epochs { epoch } log { message } backbone { name } datasetVersion { dataset number }
    } } }`;
    const statements = vi.spyOn(pg.Client.prototype, 'query');
    const count = async (first: number, sort: object): Promise<number> => {
      statements.mockClear();
      const { runs } = await hub.client.request<{ runs: { runs: { epochs: unknown[]; log: unknown[] }[] } }>(
        everything,
        {
          first,
          sort,
        },
      );
      expect(runs.runs).toHaveLength(first);
      expect(runs.runs.every(({ epochs, log }) => epochs.length === 2 && log.length === 1)).toBe(true);
      return statements.mock.calls.length;
    };
    for (const sort of [{}, { by: 'VALIDATION_LOSS' }]) {
      const five = await count(5, sort);
      expect(await count(50, sort)).toBe(five);
      expect(five).toBeGreaterThan(3);
      expect(five).toBeLessThan(12);
    }
    statements.mockRestore();
  });

  it('reads no epochs and no log where nobody asks for them', async () => {
    const statements = vi.spyOn(pg.Client.prototype, 'query');
    await hub.ask('runs', { first: 50 });
    const texts = JSON.stringify(statements.mock.calls.map(([statement]) => statement));
    statements.mockRestore();
    expect(texts).toContain('runs');
    expect(texts).not.toMatch(/run_epochs|run_events/);
  });
});
