import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunPageAnswer } from '../support/answers.js';
import { copyRun, copyVersions } from '../support/model-copies.js';
import { datasetVersionRow, runRow } from '../support/run-rows.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const PIPELINE = '11111111-2222-4333-8444-555555555555';

let hub: HubWithColours;
/** Ids by what is special about each run. */
const ids: Record<string, string> = {};

beforeAll(async () => {
  hub = await TestHub.startWithColours({
    rows: async (client) => {
      const pets = await datasetVersionRow(client, 'petshop');
      const at = (minute: number) => ({
        createdAt: new Date(Date.UTC(2026, 0, 1, 0, minute)),
        state: 'SUCCEEDED' as const,
      });
      ids.plain = await runRow(client, pets, { ...at(1), testAccuracy: 0.5 });
      for (const stage of [1, 2, 3]) {
        const place = { pipelineId: PIPELINE, pipeline: 'seed', stage, stages: 3 };
        const owner = { createdBy: 'ann', createdById: 'a', createdByRole: 'TRAINER' as const };
        const searchText = 'ann\nany';
        ids[`stage${stage}`] = await runRow(client, pets, {
          ...at(1 + stage),
          ...place,
          ...owner,
          searchText,
          testAccuracy: stage / 10,
        });
      }
      ids.registered = await copyRun(client);
      await copyVersions(client, 'zoo-keeper', [{}]);
      await client.modelVersion.updateMany({
        where: { model: { name: 'zoo-keeper' } },
        data: { runId: ids.registered },
      });
    },
  });
  ids.prepared = hub.runId;
  await hub.ask('update-run', { id: ids.plain, name: 'Zebra stripes 100%', note: '=SUM(A1) is no\nformula, "quoted"' });
  await hub.ask('tag-run', { id: ids.stage2, tags: ['paper'] });
});
afterAll(() => hub.remove());

const nameOf = (id: string): string => Object.entries(ids).find(([, known]) => known === id)?.[0] ?? id;
async function found(filter: object): Promise<string[]> {
  const { runs } = await hub.ask<RunPageAnswer>('runs', { filter, first: 100 });
  return runs.runs.map(({ id }) => nameOf(id)).sort();
}
const refusal = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'not refused',
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  );

describe('a search in runs', () => {
  it.each<[string, string, string[]]>([
    ['the name, in any case', 'ZEBRA', ['plain']],
    ['the note', 'formula', ['plain']],
    ['a tag', 'pap', ['stage2']],
    ['the owner', 'ann', ['stage1', 'stage2', 'stage3']],
    ['the dataset', 'petsh', ['plain', 'stage1', 'stage2', 'stage3']],
    ['a model', 'zoo-', ['registered']],
    ['several of them, each in its place', ' petshop  ann paper ', ['stage2']],
    ['all of which must be there', 'zebra ann', []],
    ['what is a wildcard elsewhere', '100%', ['plain']],
    ['and is none here', 'zeb%stripes', []],
    ['nothing but space', '  ', ['plain', 'prepared', 'registered', 'stage1', 'stage2', 'stage3']],
  ])('finds words in %s', async (_, text, expected) => {
    expect(await found({ text })).toEqual(expected);
  });

  it('finds a new run by its backbone, name and owner', async () => {
    const { secret } = await hub.createToken({ name: 'gustav', role: 'TRAINER', model: null });
    const backbone = await hub.failingBackbone();
    const input = { datasetVersionId: hub.datasetVersionId, backbone, name: 'Fresh' };
    const { id } = await hub.as(secret).train(input);
    ids.fresh = id;
    for (const text of ['gustav', 'fresh', 'imagenet gustav']) expect(await found({ text }), text).toEqual(['fresh']);
    await hub.ask('update-run', { id, name: 'Stale' });
    expect(await found({ text: 'fresh' })).toEqual([]);
    expect(await found({ text: 'stale gustav' })).toEqual(['fresh']);
    await hub.ask('delete-run', { id });
  });

  it('has at most ten words', async () => {
    const text = Array.from({ length: 11 }, (_, i) => `w${i}`).join(' ');
    expect(await refusal(found({ text }))).toEqual({
      code: 'BAD_INPUT',
      message: 'A search has at most 10 words; 11 were received.',
    });
  });

  it.each<[string, object, string[]]>([
    ['owner', { owner: 'ann' }, ['stage1', 'stage2', 'stage3']],
    ['owner, whole', { owner: 'an' }, []],
    ['backbone', { backbone: 'tiny-imagenet-2' }, ['prepared', 'registered']],
    ['pipeline, by a part of its id', { pipelineId: PIPELINE.slice(0, 8) }, ['stage1', 'stage2', 'stage3']],
    ['being in no pipeline', { without: 'PIPELINE' }, ['plain', 'prepared', 'registered']],
  ])('can be narrowed to %s', async (_, filter, expected) => {
    expect(await found(filter)).toEqual(expected);
  });
});

describe('groups of runs', () => {
  interface Groups {
    readonly runGroups: {
      readonly edges: readonly { readonly node: Record<string, unknown> }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
      readonly totalCount: number;
    };
  }
  const groups = async (variables: object) => {
    const { edges, pageInfo, totalCount } = (await hub.ask<Groups>('run-groups', { ...variables })).runGroups;
    const next = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    return { groups: edges.map(({ node }) => node), next, totalCount };
  };

  it('are the pipelines, with their best figures, and the runs outside', async () => {
    const { groups: all, next } = await groups({ by: 'PIPELINE' });
    expect(next).toBeNull();
    expect(all).toMatchObject([
      { id: null, label: null, count: 3 },
      { id: PIPELINE, label: 'seed', count: 3, testAccuracy: 0.3, newestAt: '2026-01-01T00:04:00.000Z' },
    ]);
  });

  it('are the dataset versions', async () => {
    const { groups: all } = await groups({ by: 'DATASET' });
    expect(all).toMatchObject([
      { label: 'colours 1', dataset: 'colours', datasetVersion: 1, count: 2 },
      { label: 'petshop 1', dataset: 'petshop', datasetVersion: 1, count: 4, testAccuracy: 0.5 },
    ]);
  });

  it('are those of a filter, page by page', async () => {
    expect(await groups({ by: 'DATASET', filter: { text: 'ann' } })).toMatchObject({
      groups: [{ label: 'petshop 1', count: 3 }],
      next: null,
    });
    const first = await groups({ by: 'DATASET', first: 1 });
    expect(first).toMatchObject({ groups: [{ label: 'colours 1' }], next: '0', totalCount: 2 });
    expect(await groups({ by: 'DATASET', first: 1, after: first.next })).toMatchObject({
      groups: [{ label: 'petshop 1' }],
      next: null,
    });
    expect(await groups({ by: 'SWEEP' })).toMatchObject({ groups: [{ id: null, count: 6 }] });
    expect(await refusal(groups({ by: 'SWEEP', after: '-1' }))).toMatchObject({ code: 'BAD_INPUT' });
  });
});

describe('a table of runs', () => {
  interface Part {
    readonly runTable: { readonly text: string; readonly next: string | null };
  }
  async function table(format: string, variables: object): Promise<string> {
    let text = '';
    for (let after: string | null = null; ; ) {
      const { runTable }: Part = await hub.ask('run-table', { format, after, ...variables });
      text += runTable.text;
      if (runTable.next === null) return text;
      after = runTable.next;
    }
  }

  it('is CSV whose parts join, with metrics and hyperparameters', async () => {
    const whole = await table('CSV', {});
    expect(await table('CSV', { first: 1 })).toBe(whole);
    const rows = parse(whole, { columns: true }) as Record<string, string>[];
    expect(rows.map(({ id }) => nameOf(id as string)).sort()).toEqual(
      Object.keys(ids)
        .filter((n) => n !== 'fresh')
        .sort(),
    );
    const prepared = await hub.run(hub.runId);
    const row = rows.find(({ id }) => id === hub.runId)!;
    expect(Number(row.testAccuracy)).toBe(prepared.testAccuracy);
    expect(row).toMatchObject({
      dataset: 'colours',
      datasetVersion: '1',
      state: 'SUCCEEDED',
      mirror: String(prepared.recipe.mirror),
    });
    expect(Number(row.learningRate)).toBe(prepared.recipe.learningRate);
  });

  it('computes nothing in a spreadsheet', async () => {
    const rows = parse(await table('CSV', { filter: { text: 'zebra' } }), { columns: true }) as Record<
      string,
      string
    >[];
    expect(rows).toMatchObject([{ name: 'Zebra stripes 100%', note: `'=SUM(A1) is no\nformula, "quoted"` }]);
    for (const sign of ['+', '-', '@', '\t=']) {
      await hub.ask('update-run', { id: ids.stage1, note: `x${sign}1` });
      await hub.ask('update-run', { id: ids.stage1, name: `${sign.trim()}1+1` });
      const [row] = parse(await table('CSV', { filter: { text: '1+1' } }), { columns: true }) as Record<
        string,
        string
      >[];
      expect(row?.name).toBe(`'${sign.trim()}1+1`);
    }
    await hub.ask('update-run', { id: ids.stage1, name: null, note: null });
  });

  it('is a JSON object a line, in the order that is asked for', async () => {
    const sort = { by: 'TEST_ACCURACY', direction: 'ASCENDING' };
    const lines = (await table('JSON', { filter: { dataset: 'petshop' }, sort, first: 3 })).trim().split('\n');
    const rows = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows.map(({ id }) => nameOf(id as string))).toEqual(['stage1', 'stage2', 'stage3', 'plain']);
    expect(rows[1]).toMatchObject({ owner: 'ann', pipeline: 'seed', stage: 2, tags: 'paper', testLoss: null });
  });

  it('of a run has its epochs', async () => {
    const query = 'query ($id: ID!) { run(id: $id) { csv: epochTable(format: CSV) json: epochTable(format: JSON) } }';
    const { run } = await hub.client.request<{ run: Record<'csv' | 'json', string> }>(query, { id: hub.runId });
    const { epochs } = await hub.run(hub.runId);
    expect(
      run.json
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(epochs);
    const rows = parse(run.csv, { columns: true, cast: true });
    expect(rows).toEqual(epochs);
    expect(epochs.length).toBeGreaterThan(0);
  });
});
