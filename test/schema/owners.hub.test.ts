import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../src/domain/role.js';
import type { RunAnswer } from '../support/answers.js';
import type { HubUser } from '../support/hub-user.js';
import { ENDLESS, HOPELESS, QUICK } from '../support/recipes.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

let hub: HubWithColours;
/** Users by the names of their tokens. */
let ann: HubUser;
let bob: HubUser;
let max: HubUser;
/** Fails as soon as it trains. */
let backbone: string;

beforeAll(async () => {
  hub = await TestHub.startWithColours();
  const user = async (name: string, role: Role) => hub.as((await hub.createToken({ name, role, model: null })).secret);
  [ann, bob, max] = [await user('ann', 'TRAINER'), await user('bob', 'TRAINER'), await user('max', 'MAINTAINER')];
  backbone = await hub.failingBackbone();
});
afterAll(() => hub.remove());

const ANN = { name: 'ann', role: 'TRAINER' };
const refusal = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'not refused',
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  );
const failed = (input: object = {}): Promise<RunAnswer> =>
  ann.train({ datasetVersionId: hub.datasetVersionId, recipe: HOPELESS, backbone, ...input });

interface Audited {
  readonly auditEvents: { readonly events: readonly { readonly action: string; readonly [field: string]: unknown }[] };
}
const audited = async (subject: string) =>
  (await hub.ask<Audited>('audit-events', { filter: { subject }, page: { first: 20 } })).auditEvents.events;

describe('an owner', () => {
  it('is the token that started a run, in every way', async () => {
    const run = await failed();
    expect(run.owner).toEqual(ANN);
    const { cloneRun } = await bob.ask<{ cloneRun: RunAnswer }>('clone-run', { input: { id: run.id } });
    expect((await bob.run(cloneRun.id)).owner).toEqual({ name: 'bob', role: 'TRAINER' });
    const { reproduceRun } = await ann.ask<{ reproduceRun: RunAnswer }>('reproduce-run', { id: hub.runId });
    expect((await ann.run(reproduceRun.id)).owner).toEqual(ANN);
    const input = { datasetVersionId: hub.datasetVersionId, backbone, pipeline: 'seed', name: 'three of them' };
    const { startPipeline } = await ann.ask<{ startPipeline: RunAnswer[] }>('start-pipeline', { input });
    expect(startPipeline).toHaveLength(3);
    for (const { id } of startPipeline) {
      expect(await ann.run(id)).toMatchObject({ owner: ANN, name: 'three of them' });
      expect((await audited(`run ${id}`)).at(-1)).toMatchObject({ action: 'RUN_STARTED', actor: 'ann' });
    }
    for (const id of [cloneRun.id, reproduceRun.id, ...startPipeline.map(({ id }) => id)]) await hub.ended(id);
  });

  it('of a sweep owns its run, which has the name of the sweep', async () => {
    const base = { datasetVersionId: hub.datasetVersionId, backbone: 'tiny-imagenet-2', recipe: QUICK };
    const input = {
      base: { ...base, name: 'best of two', note: 'why' },
      ...{ method: 'GRID', parameters: [{ name: 'learningRate', values: [0.01, 0.02] }] },
    };
    const { startSweep } = await ann.ask<{ startSweep: { id: string } }>('start-sweep', { input });
    const query = 'query ($id: ID!) { sweep(id: $id) { state name owner { name role tokenId } runId } }';
    type Asked = { sweep: { state: string; runId: string; owner: { tokenId: string } } };
    await expect
      .poll(async () => (await ann.client.request<Asked>(query, { id: startSweep.id })).sweep.state, {
        timeout: 180_000,
      })
      .toBe('SUCCEEDED');
    const { sweep } = await ann.client.request<Asked>(query, { id: startSweep.id });
    expect(sweep).toMatchObject({ name: 'best of two', owner: ANN });
    expect(await hub.ended(sweep.runId)).toMatchObject({ owner: ANN, name: 'best of two', note: 'why' });
    expect((await audited(`run ${sweep.runId}`)).at(-1)).toMatchObject({ action: 'RUN_STARTED', actor: 'hub' });
    expect(await audited(`sweep ${startSweep.id}`)).toMatchObject([{ action: 'SWEEP_STARTED', actor: 'ann' }]);
  });

  it('is known of datasets, versions of data and models, and of backbones', async () => {
    await ann.ask('create-dataset', { name: 'owned' });
    const input = { from: [hub.datasetVersionId], dataset: 'owned', fraction: 0.5 };
    await ann.ask('derive-dataset-version', { input });
    await ann.registerModel(hub.runId, 'owned');
    const { data } = await hub.post(`{
      dataset(name: "owned") { owner { name role } versions { owner { name role } } }
      model(name: "owned") { owner { name role } versions { owner { name role } } }
      backbones { name owner { name role } }
    }`);
    expect(data).toMatchObject({
      dataset: { owner: ANN, versions: [{ owner: ANN }] },
      model: { owner: ANN, versions: [{ owner: ANN }] },
    });
    const { backbones } = data as { backbones: { name: string; owner: unknown }[] };
    expect(backbones.find(({ name }) => name === 'tiny-imagenet-2')?.owner).toEqual({ name: 'hub', role: null });
    expect(await audited('owned 1')).toMatchObject([
      { action: 'MODEL_VERSION_REGISTERED', actor: 'ann', model: 'owned' },
      { action: 'DATASET_VERSION_CREATED', actor: 'ann' },
    ]);
    expect(await audited('owned')).toMatchObject([{ action: 'DATASET_CREATED', actor: 'ann' }]);
  });

  it('is missing in rows that were written before owners were stored', async () => {
    const { id } = await failed();
    const columns = { createdBy: null, createdById: null, createdByRole: null };
    await hub.inDatabase((client) => client.run.update({ where: { id }, data: columns }));
    expect(await hub.run(id)).toMatchObject({ owner: null, mayNotDelete: null });
    expect(await refusal(ann.ask('delete-run', { id }))).toEqual({
      code: 'FORBIDDEN',
      message: `The run ${id} was started by an unknown token: it can be deleted by a MAINTAINER.`,
    });
  });
});

describe('a sweep', () => {
  it('is deleted by the trainer that started it, and by a maintainer, but by no other trainer', async () => {
    const base = { datasetVersionId: hub.datasetVersionId, backbone: 'tiny-imagenet-2', recipe: ENDLESS };
    const input = { base, method: 'GRID', parameters: [{ name: 'learningRate', values: [0.01, 0.02] }] };
    const start = async (): Promise<string> => {
      const { id } = (await ann.ask<{ startSweep: { id: string } }>('start-sweep', { input })).startSweep;
      await ann.ask('cancel-sweep', { id });
      return id;
    };
    const mayNotDelete = async (user: HubUser, id: string): Promise<string | null> => {
      const query = 'query ($id: ID!) { sweep(id: $id) { state mayNotDelete } }';
      type Asked = { sweep: { state: string; mayNotDelete: string | null } };
      const asked = () => user.client.request<Asked>(query, { id });
      await expect.poll(async () => (await asked()).sweep.state, { timeout: 180_000 }).toBe('CANCELLED');
      return (await asked()).sweep.mayNotDelete;
    };
    const remove = 'mutation ($id: ID!) { deleteSweep(id: $id) }';
    const [own, other] = [await start(), await start()];
    expect([await mayNotDelete(ann, own), await mayNotDelete(max, own)]).toEqual([null, null]);
    const message = `The sweep ${own} was started by "ann": it can be deleted by that token, or by a MAINTAINER.`;
    expect(await mayNotDelete(bob, own)).toBe(message);
    await expect(bob.client.request(remove, { id: own })).rejects.toThrow(message);
    await ann.client.request(remove, { id: own });
    await mayNotDelete(max, other);
    await max.client.request(remove, { id: other });
    expect(await audited(`sweep ${own}`)).toMatchObject([
      { action: 'SWEEP_DELETED', actor: 'ann' },
      { action: 'SWEEP_CANCELLED', actor: 'ann' },
      { action: 'SWEEP_STARTED', actor: 'ann' },
    ]);
    expect(await audited(`sweep ${other}`)).toMatchObject([
      { action: 'SWEEP_DELETED', actor: 'max' },
      { action: 'SWEEP_CANCELLED', actor: 'ann' },
      { action: 'SWEEP_STARTED', actor: 'ann' },
    ]);
  });
});

describe('a run', () => {
  it('is deleted by the trainer that started it, and by a maintainer, but by no other trainer', async () => {
    const [own, other] = [await failed(), await failed()];
    expect(own.mayNotDelete).toBeNull();
    const message = `The run ${own.id} was started by "ann": it can be deleted by that token, or by a MAINTAINER.`;
    expect((await bob.run(own.id)).mayNotDelete).toBe(message);
    expect(await refusal(bob.ask('delete-run', { id: own.id }))).toEqual({ code: 'FORBIDDEN', message });
    await ann.ask('delete-run', { id: own.id });
    await max.ask('delete-run', { id: other.id });
    expect([await hub.run(own.id), await hub.run(other.id)]).toEqual([null, null]);
    expect(await audited(`run ${own.id}`)).toMatchObject([
      { action: 'RUN_DELETED', actor: 'ann' },
      { action: 'RUN_STARTED', actor: 'ann' },
    ]);
  });

  it('of a token that another one took the place of belongs to that one', async () => {
    const make = () => hub.createToken({ name: 'eve', role: 'TRAINER', model: null });
    const before = await make();
    const input = { datasetVersionId: hub.datasetVersionId, recipe: HOPELESS, backbone };
    const { id } = await hub.as(before.secret).train(input);
    await hub.ask('revoke-token', { id: before.id });
    await hub.as((await make()).secret).ask('delete-run', { id });
    expect(await hub.run(id)).toBeNull();
  });

  it('records who cancelled and resumed it', async () => {
    const id = await ann.queue({ datasetVersionId: hub.datasetVersionId, recipe: ENDLESS });
    for (let times = 0; times < 2; times++) {
      if (times > 0) await max.ask('resume-run', { id });
      await bob.ask('cancel-run', { id });
      await hub.ended(id);
    }
    const seen = (await audited(`run ${id}`)).map(({ action, actor }) => [action, actor]);
    expect(seen).toEqual([
      ['RUN_CANCELLED', 'bob'],
      ['RUN_RESUMED', 'max'],
      ['RUN_CANCELLED', 'bob'],
      ['RUN_STARTED', 'ann'],
    ]);
  });
});

describe('the name and note of a run', () => {
  it('are set at its start and changed later, which the audit records', async () => {
    const { id, name, note } = await failed({ name: '  First try ', note: 'with\nmore' });
    expect({ name, note }).toEqual({ name: 'First try', note: 'with\nmore' });
    expect(await bob.ask('update-run', { id, name: 'Second' })).toEqual({
      updateRun: { id, name: 'Second', note: 'with\nmore' },
    });
    await bob.ask('update-run', { id, name: 'Second' }); // changes nothing, and is no row of the audit
    expect(await bob.ask('update-run', { id, name: null, note: ' ' })).toEqual({
      updateRun: { id, name: null, note: null },
    });
    const changes = (await audited(`run ${id}`)).filter(({ action }) => action === 'RUN_CHANGED');
    expect(changes.map(({ actor, details }) => ({ actor, details }))).toEqual([
      { actor: 'bob', details: { before: { name: 'Second', note: 'with\nmore' }, after: { name: null, note: null } } },
      { actor: 'bob', details: { before: { name: 'First try' }, after: { name: 'Second' } } },
    ]);
  });

  it.each([
    ['a name of 101 characters', { name: 'x'.repeat(101) }, /^name must have 0 to 100 characters; it has 101/],
    ['a name of two lines', { name: 'a\nb' }, /one line without control characters/],
    ['a name that turns the direction of writing', { name: 'a\u202eb' }, /one line without control characters/],
    ['a note of 2001 characters', { note: 'x'.repeat(2001) }, /note must have 0 to 2000 characters; it has 2001/],
  ])('are refused: %s', async (_, given, message) => {
    expect(await refusal(ann.ask('update-run', { id: hub.runId, ...given }))).toEqual({
      code: 'BAD_INPUT',
      message: expect.stringMatching(message),
    });
    expect(await hub.run(hub.runId)).toMatchObject({ name: null, note: null });
  });

  it('of a run that does not exist cannot be changed', async () => {
    const id = '00000000-0000-7000-8000-000000000000';
    expect(await refusal(ann.ask('update-run', { id, name: 'x' }))).toMatchObject({ code: 'NOT_FOUND' });
  });
});
