import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { colourPhoto } from '../support/colour-images.js';
import { coloursOnPostgres } from '../support/colours-on-postgres.js';
import { ERROR } from '../support/hub-user.js';
import { hasPostgres, PostgresServer } from '../support/postgres-server.js';
import { removeFolder } from '../support/remove-folder.js';
import { TestHub } from '../support/test-hub.js';

const QUERY = '{ models { name } }';
const CLASSIFY = 'mutation ($image: Upload!) { classify(image: $image, model: "colours") { label } }';
const UNAVAILABLE = { status: 503, code: 'DATABASE_UNAVAILABLE', retryAfter: '5' };

describe.skipIf(!hasPostgres)('while PostgreSQL', () => {
  let server: PostgresServer;
  let hub: TestHub;
  let photo: Buffer;
  let folder: string;

  beforeAll(async () => {
    server = await PostgresServer.start();
    folder = await mkdtemp(join(tmpdir(), 'hub-outages-'));
    const data = await coloursOnPostgres(server, folder);
    hub = await TestHub.prepareOn(data, { settings: { databaseUrl: server.databaseUrl } });
    await hub.start();
    photo = await colourPhoto('red', 1);
    await served();
  }, 120_000);
  afterAll(async () => {
    await hub?.remove();
    await server?.remove();
    await removeFolder(folder);
  }, 60_000);

  const authorized = (token = hub.token) => ({ authorization: `Bearer ${token}` });

  async function asked(query: string) {
    const { status, retryAfter, errors } = await hub.post(query);
    return { status, code: errors?.[0]?.extensions.code ?? null, retryAfter };
  }

  /** A refusal over HTTP: its status, code or words, and `Retry-After`. */
  async function refused(path: string, token?: string) {
    const response = await hub.fetch(path, { headers: authorized(token) });
    const body = (await response.json()) as { error?: string; errors?: { extensions: { code: string } }[] };
    return {
      status: response.status,
      code: body.errors?.[0]?.extensions.code ?? body.error,
      retryAfter: response.headers.get('retry-after'),
    };
  }

  const status = async (path: string): Promise<number> => (await hub.fetch(path, { headers: authorized() })).status;

  /** Classifies over GraphQL, REST and the Open Inference Protocol. */
  async function served(): Promise<void> {
    const { data, errors } = await hub.post(CLASSIFY, {}, { as: 'image', content: photo });
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ classify: { label: 'red' } });
    const headers = { ...authorized(), 'content-type': 'image/jpeg' };
    const rest = await hub.fetch('/v1/classify', { method: 'POST', headers, body: new Uint8Array(photo) });
    expect(rest.status).toBe(200);
    const image = { name: 'image', datatype: 'UINT8', shape: [1, 32, 32, 3], data: new Array(32 * 32 * 3).fill(200) };
    const body = JSON.stringify({ inputs: [image] });
    const infer = await hub.fetch('/v2/models/colours/infer', { method: 'POST', headers: authorized(), body });
    expect(infer.status).toBe(200);
  }

  async function isBack(): Promise<void> {
    const answers = async (): Promise<boolean> => {
      const [ready, { code }] = await Promise.all([status('/ready'), asked(QUERY)]);
      return ready === 200 && code === null;
    };
    // A connection that was kept open may be closed by the server after the clock was set.
    await vi.waitUntil(() => answers().catch(() => false), { timeout: 90_000, interval: 100 });
  }

  it('drops connections, reads are answered all the same', async () => {
    const admin = new pg.Client(server.url);
    await admin.connect();
    for (let i = 0; i < 10; i++) {
      const asking = asked(QUERY);
      await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
      expect(await asking).toMatchObject({ status: 200, code: null });
    }
    await admin.end();
  });

  it('has no connection left, requests are answered or told to come again', async () => {
    const open: pg.Client[] = [];
    for (const client of Array.from({ length: 20 }, () => new pg.Client(server.url))) {
      client.on('error', () => undefined);
      await client.connect().then(
        () => open.push(client),
        () => undefined,
      );
    }
    const answers = await Promise.all(Array.from({ length: 20 }, () => asked(QUERY)));
    for (const answer of answers)
      expect([UNAVAILABLE, { status: 200, code: null, retryAfter: null }]).toContainEqual(answer);
    await Promise.all(open.map((client) => client.end()));
    await isBack();
  });

  it('is stopped, requests say so and photos are classified', async () => {
    const { secret } = await hub.createToken({ name: 'unseen', role: 'VIEWER' });
    await server.stop();
    expect(await asked(QUERY)).toEqual(UNAVAILABLE);
    expect(await asked('mutation { createDataset(input: { name: "x" }) { id } }')).toEqual(UNAVAILABLE);
    expect(await refused('/v1/models/colours/versions/1/export?format=onnx')).toEqual(UNAVAILABLE);
    expect(await refused('/v2/models/colours')).toMatchObject({
      status: 503,
      code: /does not answer/,
      retryAfter: '5',
    });
    expect(await refused('/v1/classify', secret)).toMatchObject({ status: 405 });
    expect(await refused('/backup', secret)).toEqual(UNAVAILABLE);
    const ready = await hub.fetch('/ready');
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable', missing: ['database'] }]);
    for (const path of ['/health', '/v2/health/live', '/v2/health/ready', '/metrics'])
      expect(await status(path)).toBe(200);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 120_000 }); // a token's use is due to be written
    await served().finally(() => vi.useRealTimers());
    await server.start();
    await isBack();
  });

  it('hangs, requests end within seconds and photos are classified at once', { timeout: 90_000 }, async () => {
    const began = performance.now();
    await server.paused(async () => {
      const asking = Promise.all([asked(QUERY), asked('mutation { createDataset(input: { name: "y" }) { id } }')]);
      await served();
      expect(await status('/ready')).toBe(503);
      expect(performance.now() - began).toBeLessThan(14_000); // nothing waited for a statement to time out
      expect(await asking).toEqual([UNAVAILABLE, UNAVAILABLE]);
    });
    await isBack();
  });

  it('is away, the hub ends in order', { timeout: 180_000 }, async () => {
    expect(hub.log.filter(({ level, msg }) => level >= ERROR && /request failed/.test(String(msg)))).toEqual([]);
    await server.stop();
    await hub.stop();
    await server.start();
    await hub.start();
    await served();
  });
});
