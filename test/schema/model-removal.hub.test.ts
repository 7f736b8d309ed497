import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { colourPhoto } from '../support/colour-images.js';
import { runHub } from '../support/command.js';
import type { HubUser } from '../support/hub-user.js';
import { copyRun, copyVersions, WORSE } from '../support/model-copies.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

let hub: HubWithColours;
/** A second person. */
let bob: HubUser;
/** Models with two versions that nothing holds. Each test takes its own. */
const models = Array.from({ length: 14 }, (_, i) => `model-${i + 1}`);
/** A run that can become a version. */
let run: string;

beforeAll(async () => {
  hub = await TestHub.startWithColours({
    versionWork: false,
    rows: async (client) => {
      for (const model of models) await copyVersions(client, model, [{}, WORSE]);
      run = await copyRun(client);
    },
  });
  bob = hub.as((await hub.createToken({ name: 'bob', role: 'MAINTAINER' })).secret);
});
afterAll(() => hub.remove());

interface Listed {
  readonly models: readonly { readonly name: string; readonly versions: readonly { readonly number: number }[] }[];
}

/** Numbers of the versions of a model as a list shows them; undefined if it leaves the model out. */
async function listed(name: string, archived = false): Promise<number[] | undefined> {
  const { models: all } = await hub.ask<Listed>('models', { archived });
  return all.find((model) => model.name === name)?.versions.map(({ number }) => number);
}

const refusal = (request: string, variables: Record<string, unknown>): Promise<unknown> =>
  hub.ask(request, variables).then(
    () => 'not refused',
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  );
const promote = (model: string, version: number): Promise<unknown> =>
  hub.ask('promote', { model, version, reason: 'test', overrideGate: true });
const audited = async (action: string): Promise<readonly { subject: string }[]> => {
  const query = `{ auditEvents(filter: { actions: [${action}] }) { events { subject actor } } }`;
  return (await hub.client.request<{ auditEvents: { events: { subject: string }[] } }>(query)).auditEvents.events;
};

async function countBlobs(): Promise<number> {
  const files = await readdir(join(hub.data, 'blobs'), { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).length;
}

/** Something that holds version 1 of a model, and the part of a refusal that names it. */
const HOLDERS: readonly [what: string, hold: (model: string) => Promise<unknown>, named: RegExp][] = [
  ['an alias', (model) => promote(model, 1), /: the alias production points to version 1\. Move or remove the alias/],
  [
    'a rollout that tries it',
    async (model) => {
      await promote(model, 2);
      const input = { model, version: 1, mode: 'SHADOW', share: 1, reason: 'test' };
      await hub.ask('start-rollout', { input });
    },
    /[:;] a rollout of version 1 is running for production/,
  ],
  [
    'a promotion request that waits',
    async (model) => {
      await hub.ask('set-approval', { model, secondPerson: true, reason: 'test' });
      await bob.ask('request-promotion', { model, version: 1, reason: 'test' });
    },
    /: the promotion request [0-9a-f-]{36} of version 1 to production is waiting/,
  ],
];

describe('a version that something holds', () => {
  it.each(HOLDERS)('is neither deleted nor archived, nor is its model: %s', async (_, hold, named) => {
    const model = models.pop()!;
    await hold(model);
    const expected = { code: 'CONFLICT', message: expect.stringMatching(named) };
    expect(await refusal('delete-model-version', { model, version: 1 })).toEqual(expected);
    expect(await refusal('archive-model-version', { model, version: 1 })).toEqual(expected);
    expect(await refusal('delete-model', { model })).toEqual(expected);
    expect(await refusal('archive-model', { model })).toEqual(expected);
    expect(await listed(model)).toEqual([2, 1]);
  });
});

describe('a version that is deleted', () => {
  it('is gone with its blobs, and its number is not given again', async () => {
    const before = await countBlobs();
    expect((await hub.registerModel(run, 'fresh')).number).toBe(1);
    await hub.ask('delete-model-version', { model: 'fresh', version: 1 });
    expect(await listed('fresh')).toEqual([]);
    await vi.waitUntil(async () => (await countBlobs()) === before, { timeout: 60_000 });
    expect((await hub.registerModel(run, 'fresh')).number).toBe(2);
    expect(await audited('MODEL_VERSION_DELETED')).toContainEqual({ subject: 'fresh 1', actor: 'first' });
    expect(await refusal('delete-model-version', { model: 'fresh', version: 1 })).toEqual({
      code: 'NOT_FOUND',
      message: 'There is no version 1 of a model named fresh.',
    });
  });

  it('leaves blobs that another version shares, and answers by its number no more', async () => {
    const model = models.pop()!;
    const photo = await colourPhoto('red', 1);
    const ask = (version: number) => hub.send('classify', 'image', photo, { model, version });
    await ask(1);
    await hub.ask('delete-model-version', { model, version: 1 });
    await expect(ask(1)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await hub.train({ datasetVersionId: hub.datasetVersionId, recipe: { epochs: 1 } }); // blobs are released before it
    expect(await hub.send('classify', 'image', photo, { model: 'colours' })).toMatchObject({
      classify: { label: 'red' },
    });
  });

  it('takes its kept answers, ended rollouts and decided requests with it', async () => {
    const model = models.pop()!;
    await hub.ask('set-prediction-log', { model, sample: 1, reason: 'test' });
    await promote(model, 2);
    const input = { model, version: 1, mode: 'SHADOW', share: 1, reason: 'test' };
    await hub.ask('start-rollout', { input });
    await hub.client.request(
      'mutation ($m: String!) { endRollout(input: { model: $m, outcome: ABORT, reason: "test" }) { id } }',
      { m: model },
    );
    await promote(model, 1);
    await hub.send('classify', 'image', await colourPhoto('red', 1), { model });
    await promote(model, 2);
    await hub.ask('delete-model-version', { model, version: 1 });
    expect(await listed(model)).toEqual([2]);
    // An answer that waited to be written keeps none of the later ones from it.
    await hub.send('classify', 'image', await colourPhoto('red', 1), { model });
    await vi.waitUntil(
      async () => {
        const { predictions } = await hub.ask<{ predictions: { predictions: unknown[] } }>('predictions', {
          filter: { model },
        });
        return predictions.predictions.length === 1;
      },
      { timeout: 60_000 },
    );
    expect(await refusal('roll-back', { model, reason: 'test' })).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('would go back to version 1, which is deleted. Promote the version'),
    });
  });
});

describe('a model that is deleted', () => {
  it('is gone with its versions; a later one of its name continues the numbers', async () => {
    const model = models.pop()!;
    await hub.ask('delete-model', { model });
    expect(await listed(model, true)).toBeUndefined();
    expect(await hub.ask('model', { name: model })).toEqual({ model: null });
    expect(await audited('MODEL_DELETED')).toContainEqual({ subject: model, actor: 'first' });
    expect((await hub.registerModel(run, model)).number).toBe(3);
    await hub.ask('delete-model', { model });
    expect((await hub.registerModel(run, model)).number).toBe(4);
    expect(await refusal('delete-model', { model: 'nobody' })).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a version that is archived', () => {
  it('is listed only if it is asked for, and cannot be promoted until it is taken back', async () => {
    const model = models.pop()!;
    await hub.ask('archive-model-version', { model, version: 1 });
    expect(await listed(model)).toEqual([2]);
    expect(await listed(model, true)).toEqual([2, 1]);
    const expected = {
      code: 'CONFLICT',
      message: `Version 1 of ${model} is archived and cannot be promoted. Unarchive it first.`,
    };
    const promotion = { model, version: 1, reason: 'test' };
    for (const request of ['promote', 'check-promotion', 'request-promotion']) {
      expect(await refusal(request, promotion), request).toEqual(expected);
    }
    await promote(model, 2);
    const input = { ...promotion, mode: 'SHADOW', share: 1 };
    expect(await refusal('start-rollout', { input })).toEqual(expected);
    expect(await hub.ask('unarchive-model-version', { model, version: 1 })).toEqual({
      unarchiveModelVersion: { number: 1, archivedAt: null },
    });
    await promote(model, 1);
    expect(await listed(model)).toEqual([2, 1]);
    expect(await audited('MODEL_VERSION_ARCHIVED')).toContainEqual({ subject: `${model} 1`, actor: 'first' });
    expect(await audited('MODEL_VERSION_UNARCHIVED')).toContainEqual({ subject: `${model} 1`, actor: 'first' });
  });

  it('is not what an alias is rolled back to', async () => {
    const model = models.pop()!;
    await promote(model, 1);
    await promote(model, 2);
    await hub.ask('archive-model-version', { model, version: 1 });
    expect(await refusal('roll-back', { model, reason: 'test' })).toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('is archived'),
    });
  });
});

describe('a model that is archived', () => {
  it('is listed only if it is asked for, and gets no versions and no promotions', async () => {
    const model = models.pop()!;
    await hub.ask('archive-model', { model });
    await hub.ask('archive-model', { model }); // once more changes nothing
    expect(await listed(model)).toBeUndefined();
    expect(await listed(model, true)).toEqual([2, 1]);
    const expected = { code: 'CONFLICT', message: `The model ${model} is archived. Unarchive it first.` };
    expect(await refusal('promote', { model, version: 1, reason: 'test' })).toEqual(expected);
    expect(await refusal('register-model-version', { runId: run, model })).toEqual(expected);
    expect(await hub.ask('unarchive-model', { model })).toMatchObject({ unarchiveModel: { archivedAt: null } });
    await promote(model, 1);
    const events = (await audited('MODEL_ARCHIVED')).filter(({ subject }) => subject === model);
    expect(events).toHaveLength(1);
  });
});

it('the terminal archives, takes back and deletes', async () => {
  const model = models.pop()!;
  const at = ['--url', hub.url, '--token', hub.token];
  const hubSays = async (...command: string[]): Promise<string> => (await runHub('model', ...command, ...at)).stdout;
  expect(await hubSays('archive', model, '1')).toBe(`Version 1 of ${model} is archived.\n`);
  expect(await hubSays('show', model)).not.toMatch(/^ +1 /m);
  expect(await hubSays('show', model, '--archived')).toMatch(/^ +1 .* archived /m);
  expect(await hubSays('unarchive', model, '1')).toBe(`Version 1 of ${model} is no longer archived.\n`);
  expect(await hubSays('delete', model, '2')).toBe(`Version 2 of ${model} is deleted.\n`);
  expect(await hubSays('archive', model)).toBe(`Model ${model} is archived.\n`);
  expect(await hubSays('list')).not.toMatch(new RegExp(`^${model} `, 'm'));
  expect(await hubSays('list', '--archived')).toMatch(new RegExp(`^${model} +1 +archived$`, 'm'));
  expect(await hubSays('delete', model)).toBe(`Model ${model} is deleted.\n`);
  const { code, stderr } = await runHub('model', 'delete', model, ...at);
  expect(code).toBe(3);
  expect(stderr).toContain(`There is no model named ${model}.`);
});
