import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelAnswer } from '../support/answers.js';
import { colourPhoto } from '../support/colour-images.js';
import { runHub } from '../support/command.js';
import type { HubUser } from '../support/hub-user.js';
import { copyVersions } from '../support/model-copies.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

let hub: HubWithColours;
let ann: HubUser;
let photo: Buffer;
/** Models whose version 1 is good and whose version 2 is not. Each test takes its own. */
const models = Array.from({ length: 7 }, (_, i) => `model-${i + 1}`);

beforeAll(async () => {
  photo = await colourPhoto('red', 1);
  hub = await TestHub.startWithColours({
    versionWork: false,
    rows: async (client) => {
      for (const model of models) await copyVersions(client, model);
    },
  });
  ann = hub.as((await hub.createToken({ name: 'ann', role: 'MAINTAINER' })).secret);
});
afterAll(() => hub.remove());

/** A model that no other test uses, with versions promoted to an alias in turn. */
async function newModel(promoted: readonly number[], alias = 'production'): Promise<string> {
  const model = models.pop()!;
  for (const version of promoted) await promote(model, version, alias);
  return model;
}

const promote = (model: string, version: number, alias: string): Promise<unknown> =>
  ann.ask('promote', { model, version, alias, reason: 'before', overrideGate: true });
const remove = (model: string, more: object = {}): Promise<unknown> =>
  ann.ask('remove-alias', { model, alias: 'production', reason: 'retired', ...more });
const classify = (model: string): Promise<unknown> => hub.send('classify', 'image', photo, { model });
const find = async (name: string): Promise<ModelAnswer> =>
  (await hub.ask<{ model: ModelAnswer }>('model', { name })).model;

/** Time of the newest removal of an alias in the audit. */
async function removedAt(model: string): Promise<string> {
  const query =
    'query ($filter: AuditFilter) { auditEvents(filter: $filter) { events { at actor subject from to reason } } }';
  const filter = { model, actions: ['ALIAS_REMOVED'] };
  const { auditEvents } = await hub.client.request<{ auditEvents: { events: { at: string }[] } }>(query, { filter });
  const [event] = auditEvents.events;
  expect(event).toMatchObject({ actor: 'ann', subject: `${model}@production`, from: '2', to: null, reason: 'retired' });
  return event!.at;
}

describe('an alias that is removed', () => {
  it('is refused at every door with the time, also after a restart, and releases its version', async () => {
    const model = await newModel([1, 2]);
    expect(await remove(model, { expectedVersion: 2 })).toEqual({ removeAlias: { number: 2, aliases: [] } });
    const message = `Nothing serves ${model}@production: the alias was removed at ${await removedAt(model)}. Promote a version, or roll the alias back.`;
    await expect(classify(model)).rejects.toMatchObject({ code: 'NOT_DEPLOYED', message });
    await hub.stop();
    await hub.start();
    await expect(classify(model)).rejects.toMatchObject({ code: 'NOT_DEPLOYED', message });
    const headers = { authorization: `Bearer ${hub.token}`, 'content-type': 'image/png' };
    const rest = await hub.fetch(`/v1/classify?model=${model}`, {
      method: 'POST',
      headers,
      body: new Uint8Array(photo),
    });
    expect([rest.status, await rest.json()]).toMatchObject([404, { errors: [{ message }] }]);
    for (const path of ['', '/ready']) {
      const answer = await hub.fetch(`/v2/models/${model}${path}`, { headers });
      expect([answer.status, await answer.json()]).toEqual([404, { error: message }]);
    }
    expect(await find(model)).toMatchObject({
      aliases: [],
      aliasEvents: [{ from: 2, to: null, overridden: false, gate: [], reason: 'retired' }, { to: 2 }, { to: 1 }],
    });
    expect(await hub.ask('delete-model', { model })).toEqual({ deleteModel: true });
  });

  it('is rolled back to the version before the removal, and then no further', async () => {
    const model = await newModel([1, 2]);
    await remove(model);
    const late = ann.ask('roll-back', { model, reason: 'needed', expectedVersion: 2 });
    await expect(late).rejects.toMatchObject({
      code: 'CONFLICT',
      message: 'production points to no version, not to version 2. Check the alias, then try again.',
    });
    expect(await ann.ask('roll-back', { model, reason: 'needed', expectedVersion: 0 })).toEqual({
      rollBack: { number: 2, aliases: ['production'] },
    });
    expect(await classify(model)).toMatchObject({ classify: { modelVersion: 2 } });
    await expect(ann.ask('roll-back', { model, reason: 'again' })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `production of ${model} pointed to no version before its last move; there is no version to roll back to.`,
    });
  });

  it('cannot be rolled back to a version that is deleted since', async () => {
    const model = await newModel([2]);
    await remove(model);
    await hub.ask('delete-model-version', { model, version: 2 });
    await expect(ann.ask('roll-back', { model, reason: 'needed' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(`of ${model} would go back to version 2, which is deleted. Promote the version`),
    });
  });

  it('leaves the gate of the model as it was', async () => {
    const model = await newModel([1]);
    await hub.ask('set-gate', { model, rules: [{ kind: 'THRESHOLD', limit: 0.9 }], reason: 'strict' });
    await remove(model);
    await expect(ann.ask('promote', { model, version: 2, reason: 'new' })).rejects.toMatchObject({
      code: 'GATE_REFUSED',
    });
  });
});

describe('a removal is refused, and the alias goes on serving,', () => {
  it('for what is not there, and for an alias that has moved', async () => {
    const model = await newModel([1]);
    await expect(remove(model, { alias: 'next' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `The model ${model} has no alias next.`,
    });
    await expect(remove('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(remove(model, { expectedVersion: 2 })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(remove(model, { reason: ' ' })).rejects.toMatchObject({ code: 'BAD_INPUT' });
    expect(await classify(model)).toMatchObject({ classify: { modelVersion: 1 } });
    expect((await find(model)).aliasEvents).toHaveLength(1);
  });

  it('while a rollout is running for it, and where a second person approves promotions', async () => {
    const model = await newModel([1]);
    await promote(model, 2, 'next');
    await ann.ask('start-rollout', { input: { model, version: 2, mode: 'SHADOW', share: 1, reason: 'test' } });
    await expect(remove(model)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: `A rollout of version 2 is running for production of ${model}. End it, then remove the alias.`,
    });
    const end = 'mutation ($m: String!) { endRollout(input: { model: $m, outcome: ABORT, reason: "test" }) { id } }';
    await hub.client.request(end, { m: model });
    await hub.ask('set-approval', { model, secondPerson: true, reason: 'two pairs of eyes' });
    await expect(remove(model)).rejects.toMatchObject({
      code: 'APPROVAL_NEEDED',
      message: expect.stringMatching(/^production of .+ so it cannot be removed\. An admin can turn the approval off/),
    });
    expect(await classify(model)).toMatchObject({ classify: { modelVersion: 1 } });
    await remove(model, { alias: 'next' });
    await hub.ask('set-approval', { model, secondPerson: false, reason: 'to retire it' });
    await remove(model);
    expect((await find(model)).aliases).toEqual([]);
  });
});

it('the terminal removes an alias, and shows that in its history', async () => {
  const model = await newModel([1], 'next');
  const at = ['--url', hub.url, '--token', ann.token];
  const removed = await runHub('model', 'remove-alias', model, 'next', '--reason', 'tried enough', ...at);
  expect(removed, removed.stderr).toMatchObject({
    code: 0,
    stdout: `next of ${model} is removed; it pointed to version 1.\n`,
  });
  const { stdout } = await runHub('model', 'show', model, ...at);
  expect(stdout).toMatch(/ next +1 +removed +- +- +ann +not asked \(removal\) +tried enough$/m);
  const again = await runHub('model', 'remove-alias', model, 'next', '--reason', 'x', ...at);
  expect([again.code, again.stderr]).toEqual([3, expect.stringContaining(`The model ${model} has no alias next.`)]);
  const reasonless = await runHub('model', 'remove-alias', model, 'next', ...at);
  expect([reasonless.code, reasonless.stderr]).toEqual([2, expect.stringContaining("'--reason <text>'")]);
});
