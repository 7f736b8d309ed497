import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrismaClient } from '../../src/storage/database.js';
import type { RunAnswer } from '../support/answers.js';
import { copyRun, copyVersions } from '../support/model-copies.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

/** Ids of runs that share their first and last characters; the third belongs to the model "other" alone. */
const [ONE, TWO, OTHER] = ['1', '2', '3'].map((n) => `abcdef${n}0-0000-7000-8000-00000${n}123456`) as [
  string,
  string,
  string,
];
/** Runs of no model. */
const MANY = Array.from({ length: 7 }, (_, i) => `fedcba98-0000-7000-8000-00000000000${i}`);

let hub: HubWithColours;

async function addRuns(client: PrismaClient): Promise<void> {
  for (const id of [ONE, TWO, OTHER, ...MANY]) {
    await client.run.update({ where: { id: await copyRun(client) }, data: { id } });
  }
  for (const [model, runId] of [
    ['one', ONE],
    ['other', OTHER],
  ] as const) {
    await copyVersions(client, model, [{}]);
    await client.modelVersion.updateMany({ where: { model: { name: model } }, data: { runId } });
  }
}

beforeAll(async () => {
  hub = await TestHub.startWithColours({ rows: addRuns });
});
afterAll(() => hub.remove());

const idOf = async (given: string): Promise<string | null> => (await hub.run(given))?.id ?? null;
const refusal = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'not refused',
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  );

describe('a part of an id', () => {
  it.each([
    ['its first characters', ONE.slice(0, 8)],
    ['its last characters', ONE.slice(-8)],
    ['more of them, with hyphens', ONE.slice(0, 20)],
    ['all but one', ONE.slice(1)],
    ['characters in upper case', ONE.slice(0, 8).toUpperCase()],
    ['the whole id', ONE],
  ])('names a run by %s', async (_, given) => {
    expect(await idOf(given)).toBe(ONE);
  });

  it.each([
    ['five characters', ONE.slice(0, 5)],
    ['characters of its middle', '0-0000-7000-8000'],
    ['wildcards', 'abcdef1_-0000'],
    ['another id', 'aaaaaaaa'],
  ])('names nothing by %s', async (_, given) => {
    expect(await idOf(given)).toBeNull();
    expect(await refusal(hub.ask('cancel-run', { id: given }))).toMatchObject({
      code: 'NOT_FOUND',
      message: 'There is no run with this id.',
    });
  });

  it('that several runs have is refused with them', async () => {
    expect(await refusal(hub.run('123456'))).toMatchObject({
      code: 'BAD_INPUT',
      message: `Several ids begin or end with 123456: ${OTHER}, ${TWO}, ${ONE}. Give more of the run's.`,
    });
    const { data, errors } = await hub.post('{ run(id: "FEDCBA98") { id } }');
    expect(data).toEqual({ run: null });
    expect(errors?.[0]?.extensions).toMatchObject({ received: 'FEDCBA98', candidates: MANY.slice(2).reverse() });
    expect(errors?.[0]?.message).toMatch(/ and more\. Give more of the run's\.$/);
  });

  it('is taken in lists, inputs and subscriptions', async () => {
    const [one, two] = [ONE.slice(0, 8), TWO.slice(-8)];
    const compared = await hub.client.request<{ compareRuns: { runs: RunAnswer[] } }>(
      'query ($ids: [ID!]!) { compareRuns(ids: $ids) { runs { id } } }',
      { ids: [one, two] },
    );
    expect(compared.compareRuns.runs.map(({ id }) => id)).toEqual([ONE, TWO]);
    expect(await hub.ask('update-run', { id: one, name: 'short' })).toMatchObject({ updateRun: { id: ONE } });
    expect(
      await refusal(hub.client.request('{ compareRuns(ids: ["abcdef10", "abcdef1"]) { runs { id } } }')),
    ).toMatchObject({ message: expect.stringContaining('must not repeat an item') });
    expect((await hub.ended(hub.runId.slice(-12))).id).toBe(hub.runId);
    expect(await hub.ask('delete-run', { id: two })).toEqual({ deleteRun: TWO });
  });

  it('names sweeps, dataset versions and tokens too', async () => {
    const { datasetVersionId } = hub;
    const { data } = await hub.post(`{ datasetVersion(id: "${datasetVersionId.slice(-8)}") { id } }`);
    expect(data).toEqual({ datasetVersion: { id: datasetVersionId } });
    const { id } = await hub.createToken({ name: 'short', role: 'VIEWER', model: null });
    await hub.ask('revoke-token', { id: id.slice(-8) });
    const { tokens } = await hub.ask<{ tokens: { id: string; revokedAt: string | null }[] }>('tokens');
    expect(tokens.find((token) => token.id === id)?.revokedAt).not.toBeNull();
  });
});

describe('a token for one model', () => {
  const register = (secret: string, runId: string, model: string) =>
    refusal(hub.as(secret).ask('register-model-version', { runId, model }));

  it('learns nothing of the runs of others by a part that theirs have too', async () => {
    const { secret } = await hub.createToken({ name: 'scoped', role: 'TRAINER', model: 'one' });
    const nothing = await register(secret, randomUUID().slice(-8), 'one');
    expect(nothing).toMatchObject({ code: 'NOT_FOUND' });
    // Its own run and a foreign one end so; then foreign ones alone.
    expect(await register(secret, '123456', 'one')).toBe('not refused');
    expect(await register(secret, 'fedcba98', 'one')).toEqual(nothing);
    expect(await register(secret, OTHER.slice(0, 8), 'one')).toMatchObject({ code: 'NOT_FOUND' });
  });
});
