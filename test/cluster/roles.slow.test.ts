import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import type { HubError } from '../../src/errors.js';
import type { ClassificationAnswer } from '../support/answers.js';
import { Cluster } from '../support/cluster.js';
import { colourPhoto } from '../support/colour-images.js';
import type { HubProcess } from '../support/hub-process.js';
import type { HubUser } from '../support/hub-user.js';
import { hasPostgres } from '../support/postgres-server.js';
import { QUICK } from '../support/recipes.js';

describe.skipIf(!hasPostgres)('processes of one role each', { timeout: 240_000 }, () => {
  const { datasetVersionId } = inject('colours');
  let cluster: Cluster;
  /** Answers requests, and no photos. */
  let api: HubProcess;
  /** Answers photos, with the token of `api`. */
  let serve: HubUser;
  let photo: Uint8Array;

  beforeAll(async () => {
    cluster = await Cluster.open('folder');
    photo = await colourPhoto('red', 99);
    api = await cluster.startFirst('--roles', 'api');
    serve = (await cluster.start('serve')).as(api.token);
    await cluster.start('train');
    for (const hub of [api, serve])
      await vi.waitUntil(async () => (await hub.fetch('/ready')).ok, { timeout: 180_000, interval: 100 });
  }, 120_000);
  afterAll(() => cluster?.remove());

  const post = (hub: HubUser, path: string): Promise<Response> =>
    hub.fetch(path, {
      method: 'POST',
      body: new Uint8Array(photo),
      headers: { authorization: `Bearer ${api.token}`, 'content-type': 'image/png' },
    });

  async function answering(): Promise<number> {
    const answer = await post(serve, '/v1/classify');
    expect(answer.status, await answer.clone().text()).toBe(200);
    return ((await answer.json()) as ClassificationAnswer).modelVersion;
  }

  it('train, register and promote on one another; a promotion returns when the one that serves has switched', async () => {
    expect(await answering()).toBe(1);
    const run = await api.train({ datasetVersionId, recipe: { ...QUICK, seed: 8 } });
    await api.registerModel(run.id, 'colours');
    for (const version of [2, 1]) {
      const promotion = { model: 'colours', version, alias: 'production', reason: 'test' };
      await api.ask('promote', { ...promotion, now: true, overrideGate: true });
      expect(await answering()).toBe(version);
    }
  });

  it('that only answer requests send photos elsewhere, whatever door they come in at', async () => {
    const refusal = {
      code: 'ROLE_MISSING',
      message: expect.stringMatching(/lacks the role "serve".*POST \/v1\/classify/),
    };
    const rest = await post(api, '/v1/classify');
    expect(rest.status).toBe(503);
    expect(await rest.json()).toMatchObject({
      errors: [{ message: refusal.message, extensions: { code: refusal.code } }],
    });
    const infer = await api.fetch('/v2/models/colours/ready', { headers: { authorization: `Bearer ${api.token}` } });
    expect([infer.status, await infer.json()]).toEqual([503, { error: refusal.message }]);
    await expect(api.send('classify', 'image', photo, { model: 'colours' })).rejects.toMatchObject(refusal);
    await expect(api.send('classify', 'image', photo, { model: 'colours', version: 1 })).rejects.toMatchObject(refusal);
    await expect(api.client.request('{ deployments { model } }', {})).rejects.toMatchObject(refusal);
    expect((await api.fetch('/v2/health/ready')).status).toBe(200);
    const metrics = await api.fetch('/metrics', { headers: { authorization: `Bearer ${api.token}` } });
    expect(await metrics.text()).not.toContain('modelhub_answers');
  });

  it('that only answer photos have REST and the Open Inference Protocol, and nothing else', async () => {
    const get = (path: string) => serve.fetch(path, { headers: { authorization: `Bearer ${api.token}` } });
    expect((await get('/v2/models/colours/ready')).status).toBe(200);
    expect(await (await get('/metrics')).text()).toContain('modelhub_process_info{roles="serve"');
    for (const path of ['/', '/graphql', '/backup', '/v1/models/colours/versions/1/export']) {
      const answer = await get(path);
      expect(answer.status, path).toBe(404);
      expect(await answer.text()).toContain('this process only classifies photos');
    }
    expect((await serve.fetch('/v1/classify', { method: 'POST' })).status).toBe(401);
  });

  it('take part in rollouts that those start which answer requests, and keep answers that these read', async () => {
    const model = 'colours';
    await api.ask('set-prediction-log', { model, sample: 1, keepDays: 1, keepPhotos: false, reason: 'test' });
    const input = { model, version: 2, mode: 'CANARY', share: 0.5, reason: 'test', overrideGate: true };
    const begun = () =>
      api.ask('start-rollout', { input }).catch((error: HubError) => {
        if (error.code !== 'NOT_READY') throw error;
        return false;
      });
    await vi.waitUntil(begun, { timeout: 90_000, interval: 500 });
    await vi.waitUntil(async () => (await answering()) === 2, { timeout: 90_000, interval: 50 });
    type Rollouts = { readonly rollouts: readonly { readonly candidate: { readonly answers: number } }[] };
    const counted = async () => (await api.ask<Rollouts>('rollouts', { model })).rollouts[0]!.candidate.answers;
    await vi.waitUntil(async () => (await counted()) > 0, { timeout: 90_000, interval: 250 });
    await api.ask('end-rollout', { model, outcome: 'ABORT', reason: 'test' });
    const some = async () => new Set([await answering(), await answering(), await answering(), await answering()]);
    await vi.waitFor(async () => expect(await some()).toEqual(new Set([1])), { timeout: 90_000, interval: 250 });
    const kept = await cluster.query('SELECT id FROM predictions');
    expect(kept.length).toBeGreaterThan(0);
  });
});
