import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { zipOf } from '../datasets/archives.js';
import { temporaryFolder } from '../storage/fixtures.js';
import type { ClassificationAnswer, ModelAnswer } from '../support/answers.js';
import { Cluster, HAS_CLUSTER } from '../support/cluster.js';
import { colourImages, colourPhoto } from '../support/colour-images.js';
import { runHub } from '../support/command.js';
import type { HubProcess } from '../support/hub-process.js';
import type { HubUser } from '../support/hub-user.js';
import { QUICK } from '../support/recipes.js';

/** Milliseconds within which a process hears of what another one did. */
const SOON = { timeout: 5000, interval: 50 };

interface ProcessAnswer {
  readonly name: string;
  readonly isLive: boolean;
  readonly roles: readonly string[];
  readonly serving: readonly { readonly alias: string; readonly version: number; readonly error: string | null }[];
}

describe.skipIf(!HAS_CLUSTER)('replicas of one hub', { timeout: 240_000 }, () => {
  const { datasetVersionId } = inject('colours');
  let cluster: Cluster;
  let one: HubProcess;
  /** Another process, used with the token of the first. */
  let other: HubUser;
  let otherProcess: HubProcess;
  let photo: Uint8Array;

  beforeAll(async () => {
    cluster = await Cluster.open();
    photo = await colourPhoto('red', 99);
    one = await cluster.startFirst();
    otherProcess = await cluster.start('api,serve', { options: ['--downloads', 'hub'] });
    other = otherProcess.as(one.token);
    for (const hub of [one, other]) await ready(hub);
    const second = await one.train({ datasetVersionId, recipe: { ...QUICK, seed: 8 } });
    await one.registerModel(second.id, 'colours');
  });
  afterAll(() => cluster?.remove());

  const ready = (hub: HubUser) => vi.waitUntil(async () => (await hub.fetch('/ready')).ok, { timeout: 180_000 });

  /** Classifies the photo through REST. @returns the number of the version that answered. */
  async function answering(hub: HubUser, { alias = 'production', key = '' } = {}): Promise<number> {
    const address = `/v1/classify?model=colours&alias=${alias}`;
    const headers = { authorization: `Bearer ${one.token}`, 'content-type': 'image/png', 'x-request-key': key };
    const answer = await hub.fetch(address, { method: 'POST', body: new Uint8Array(photo), headers });
    expect(answer.status, await answer.clone().text()).toBe(200);
    return ((await answer.json()) as ClassificationAnswer).modelVersion;
  }

  const promote = (hub: HubUser, version: number, alias = 'production') =>
    hub.ask('promote', { model: 'colours', version, alias, reason: 'test', now: true, overrideGate: true });

  const processes = async (): Promise<readonly ProcessAnswer[]> =>
    (await one.ask<{ processes: ProcessAnswer[] }>('processes')).processes;

  it('serve what was promoted on one of them as soon as the promotion returns, while photos are answered', async () => {
    let isOver = false;
    const load = [one, other].map(async (hub) => {
      const answers: number[] = [];
      while (!isOver) answers.push(await answering(hub));
      return answers.length;
    });
    for (let i = 0; i < 6; i += 1) {
      const version = (i % 2) + 1;
      await promote(i % 4 < 2 ? one : other, version);
      expect([await answering(one), await answering(other)]).toEqual([version, version]);
    }
    isOver = true;
    for (const answers of await Promise.all(load)) expect(answers).toBeGreaterThan(10);
  });

  it('send those who may read a version to the bucket for its files, for some minutes, unless told not to', async () => {
    const path = '/v1/models/colours/versions/1/export?format=onnx';
    const get = (hub: HubUser, headers: Record<string, string> = {}) =>
      hub.fetch(path, { redirect: 'manual', headers: { authorization: `Bearer ${one.token}`, ...headers } });
    const file = await get(other);
    const bytes = Buffer.from(await file.arrayBuffer());
    expect(file.status).toBe(200);

    const sent = await get(one);
    expect(sent.status).toBe(307);
    expect(sent.headers.get('cache-control')).toBe('no-store');
    expect(sent.headers.get('repr-digest')).toBe(file.headers.get('repr-digest'));
    const address = sent.headers.get('location') as string;
    const downloaded = await fetch(address);
    expect(Buffer.from(await downloaded.arrayBuffer()).equals(bytes)).toBe(true);
    expect(downloaded.headers.get('content-disposition')).toBe('attachment; filename="colours-1.onnx"');
    expect(downloaded.headers.get('content-type')).toBe('application/octet-stream');
    expect(Number(new URL(address).searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(300);
    expect((await fetch(address.replace('colours-1', 'colours-2'))).status).toBe(403);

    const { location } = (await (await get(one, { accept: 'application/json' })).json()) as { location: string };
    expect(new URL(location).pathname).toBe(new URL(address).pathname); // it was not made again
    const refused = await get(one, { authorization: '' });
    expect([refused.status, refused.headers.get('location')]).toEqual([401, null]);

    const saved = join(await temporaryFolder(), 'colours.onnx');
    const as = ['--url', one.url, '--token', one.token];
    const done = await runHub('model', 'export', 'colours', '1', '--format', 'onnx', '--out', saved, ...as);
    expect(done.code, done.stderr).toBe(0);
    expect((await readFile(saved)).equals(bytes)).toBe(true);
  });

  it('tell how far an upload is that another one receives, and cancel it', async () => {
    interface Progress {
      readonly ingestionProgress: { readonly bytes: number; readonly images: number; readonly ended: boolean };
    }
    const archive = await zipOf(await colourImages({ train: 5, test: 2, seed: 3 }));
    const half = archive.length >> 1;
    await one.ask('create-dataset', { name: 'uploaded' });
    const keys = async () =>
      (await other.ask<{ ingestions: { progressKey: string }[] }>('ingestions')).ingestions.map(
        (each) => each.progressKey,
      );
    /** Sends half of an archive, then the rest. */
    const upload = (key: string, rest: () => AsyncIterable<Uint8Array>) => {
      const query = `mutation ($input: RegisterDatasetVersionInput!) { registerDatasetVersion(input: $input) { imageCount } }`;
      const operations = { query, variables: { input: { dataset: 'uploaded', upload: null, progressKey: key } } };
      const part = (name: string, text: string) =>
        `--B\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${text}\r\n`;
      const file = '--B\r\ncontent-disposition: form-data; name="0"; filename="a.zip"\r\n\r\n';
      async function* body() {
        const map = JSON.stringify({ 0: ['variables.input.upload'] });
        yield Buffer.from(part('operations', JSON.stringify(operations)) + part('map', map) + file);
        yield archive.subarray(0, half);
        yield* rest();
        yield Buffer.from('\r\n--B--\r\n');
      }
      const headers = { authorization: `Bearer ${one.token}`, 'apollo-require-preflight': 'true' };
      const type = { 'content-type': 'multipart/form-data; boundary=B' };
      const init = {
        method: 'POST',
        body: Readable.toWeb(Readable.from(body())),
        duplex: 'half',
        headers: { ...headers, ...type },
      };
      return one.fetch('/graphql', init as unknown as RequestInit).then((answer) => answer.json());
    };

    const text = 'subscription ($key: ID!) { ingestionProgress(progressKey: $key) { bytes images ended } }';
    const following = other.client.subscribe<Progress>(text, { key: 'followed' });
    await following.next(); // it listens now
    let goOn = (): void => undefined;
    const told = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const done = upload('followed', async function* () {
      await told;
      yield archive.subarray(half);
    });
    await vi.waitFor(async () => expect(await keys()).toEqual(['followed']), SOON);
    const seen: Progress['ingestionProgress'][] = [];
    for await (const { ingestionProgress } of following) {
      seen.push(ingestionProgress);
      if (Number(ingestionProgress.bytes) > 0) goOn();
    }
    expect(seen.at(-1)).toMatchObject({ images: 21, ended: true });
    expect(seen.filter(({ ended }) => ended)).toHaveLength(1);
    expect(await done).toEqual({ data: { registerDatasetVersion: { imageCount: 21 } } });
    expect(await keys()).toEqual([]);

    let isOver = false;
    const trickle = async function* () {
      for (; !isOver; await sleep(50)) yield Buffer.alloc(100);
    };
    const refused = upload('cancelled', trickle).catch(() => ({})); // it may be cut off
    await vi.waitFor(async () => expect(await keys()).toEqual(['cancelled']), SOON);
    await other.client.request('mutation { cancelIngestion(progressKey: "cancelled") }');
    await vi.waitFor(async () => expect(await keys()).toEqual([]), SOON);
    isOver = true;
    expect(await refused).not.toHaveProperty('data.registerDatasetVersion.imageCount');
  });

  it('follow a rollback and the removal of an alias', async () => {
    await promote(one, 1, 'next');
    await promote(one, 2, 'next');
    await other.ask('roll-back', { model: 'colours', alias: 'next', reason: 'test' });
    expect([await answering(one, { alias: 'next' }), await answering(other, { alias: 'next' })]).toEqual([1, 1]);
    await one.ask('remove-alias', { model: 'colours', alias: 'next', reason: 'test' });
    await expect(answering(other, { alias: 'next' })).rejects.toThrow('the alias was removed at');
  });

  it('move an alias one after the other: one of two that saw the same version is refused', async () => {
    await promote(one, 1);
    const move = (hub: HubUser) =>
      hub.ask('promote', {
        model: 'colours',
        version: 2,
        reason: 'test',
        now: true,
        overrideGate: true,
        expectedVersion: 1,
      });
    const outcomes = await Promise.allSettled([move(one), move(other)]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const [refused] = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(refused).toMatchObject({ code: 'CONFLICT' });
  });

  it('take part in a rollout that was started on one of them, and sum what they count', async () => {
    await promote(one, 1);
    const input = { model: 'colours', version: 2, mode: 'CANARY', share: 0.5, reason: 'test', overrideGate: true };
    await vi.waitUntil(() => one.ask('start-rollout', { input }).catch(() => false), {
      timeout: 90_000,
      interval: 500,
    });
    const keys = Array.from({ length: 20 }, (_, i) => `customer ${i}`);
    const versions = async (hub: HubUser) => {
      const found: number[] = [];
      for (const key of keys) found.push(await answering(hub, { key }));
      return found;
    };
    const answered = await versions(one);
    await vi.waitFor(async () => expect(await versions(other)).toEqual(answered), { timeout: 90_000, interval: 500 });
    expect(new Set(answered)).toEqual(new Set([1, 2]));

    type Rollouts = {
      readonly rollouts: readonly { readonly candidate: { readonly answers: number }; readonly state: string }[];
    };
    const counted = async (hub: HubUser): Promise<number> => {
      const [rollout] = (await hub.ask<Rollouts>('rollouts', { model: 'colours' })).rollouts;
      return rollout!.candidate.answers;
    };
    const own = answered.filter((version) => version === 2).length;
    await vi.waitUntil(async () => (await counted(one)) >= 2 * own && (await counted(other)) >= 2 * own, {
      timeout: 90_000,
      interval: 250,
    });
    await other.ask('end-rollout', { model: 'colours', outcome: 'ABORT', reason: 'test' });
    await vi.waitFor(async () => expect(new Set(await versions(one))).toEqual(new Set([1])), SOON);
    expect(await counted(one)).toBeGreaterThanOrEqual(2 * own);
  });

  it('refuse a token that was revoked on one of them, and end its subscriptions', async () => {
    const { secret, id } = await one.createToken({ name: 'short-lived', role: 'VIEWER' });
    const user = other.as(secret);
    await user.ask('me');
    const changes = user.client.subscribe('subscription { changes { id } }', {});
    const next = changes.next().then(
      ({ done }) => done === true,
      () => true,
    );
    await one.ask('revoke-token', { id });
    await vi.waitFor(async () => await expect(user.ask('me')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' }), SOON);
    await expect.poll(() => next, SOON).toBe(true);
  });

  it('tell subscribers of each other what changes', async () => {
    const changes = other.client.subscribe<{ changes: { id: string } }>('subscription { changes { kind id } }', {});
    const told = (async () => {
      for await (const { changes: change } of changes) if (change.id === 'told-about') return true;
      return false;
    })();
    await vi.waitUntil(async () => (await other.fetch('/health')).ok); // the subscription is sent
    await one.ask('create-dataset', { name: 'told-about' });
    expect(await told).toBe(true);
  });

  it('follow the settings of a model', async () => {
    await one.ask('set-prediction-log', {
      model: 'colours',
      sample: 1,
      keepDays: 1,
      keepPhotos: false,
      reason: 'test',
    });
    const kept = async (): Promise<boolean> => {
      const headers = { authorization: `Bearer ${one.token}`, 'content-type': 'image/png' };
      const init = { method: 'POST', body: new Uint8Array(photo), headers };
      const answer = await other.fetch('/v1/classify?model=colours', init);
      return ((await answer.json()) as { predictionId: string | null }).predictionId !== null;
    };
    await vi.waitUntil(kept, SOON);
  });

  it('are listed with what they serve; one that cannot serve is named by the version and by `hub status`', async () => {
    const deaf = await cluster.start('api,serve', { env: { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' } });
    await ready(deaf);
    const cannotServe = async (): Promise<string | undefined> =>
      (await processes()).find(({ serving }) => serving.some(({ error }) => error?.includes('cannot be used')))?.name;
    const problem = await vi.waitUntil(cannotServe, { timeout: 90_000, interval: 250 });
    const listed = await processes();
    expect(listed).toHaveLength(3);
    const { version } = listed[0]!.serving.find(({ alias }) => alias === 'production')!;
    const behind = async (): Promise<readonly string[]> => {
      const query = '{ model(name: "colours") { versions { number behind } } }';
      const { model } = await one.client.request<{ model: ModelAnswer }>(query, {});
      return (model.versions as unknown as { number: number; behind: string[] }[]).find(
        (each) => each.number === version,
      )!.behind;
    };
    expect(await behind()).toEqual([problem]);
    const status = await runHub('status', '--url', one.url, '--token', one.token);
    expect(status).toMatchObject({ code: 1, stdout: expect.stringContaining(problem) });
    const began = performance.now();
    await promote(one, version === 1 ? 2 : 1); // it does not wait for what cannot be
    expect(performance.now() - began).toBeLessThan(30_000);
    await cluster.kill(deaf);
    const live = async (): Promise<number> => (await processes()).filter(({ isLive }) => isLive).length;
    await vi.waitUntil(async () => (await live()) === 2, { timeout: 90_000, interval: 250 });
    expect(await behind()).toEqual([]);
  });

  it('are waited for no longer than they live when they are killed', async () => {
    const third = await cluster.start('api,serve');
    await ready(third);
    await cluster.kill(third);
    const began = performance.now();
    await promote(other, 1);
    expect(performance.now() - began).toBeLessThan(30_000);
    expect([await answering(one), await answering(other)]).toEqual([1, 1]);
  });
});
