import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { zipOf } from '../datasets/archives.js';
import { colourImages } from '../support/colour-images.js';
import { requestText } from '../support/hub-user.js';
import { ENDLESS } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

interface LimitAnswer {
  readonly name: string;
  readonly option: string;
  readonly limit: number | null;
  readonly used: number;
}

const smallArchive = async (): Promise<Buffer> => zipOf(await colourImages({ train: 4, test: 2 }));

const limitOf = async (hub: TestHub, name: string): Promise<LimitAnswer> =>
  (await hub.ask<{ limits: LimitAnswer[] }>('limits')).limits.find((limit) => limit.name === name)!;

describe('by default', () => {
  it('the limits are high', async () => {
    const hub = await TestHub.start();
    onTestFinished(() => hub.remove());
    const { limits } = await hub.ask<{ limits: LimitAnswer[] }>('limits');
    expect(limits).toEqual([
      { name: 'requestsPerMinute', option: '--max-requests', limit: 60_000, used: expect.any(Number) },
      { name: 'uploads', option: '--max-uploads', limit: 16, used: 0 },
      { name: 'queuedRuns', option: '--max-queued-runs', limit: 10_000, used: 0 },
      { name: 'diskBytes', option: '--max-disk', limit: null, used: expect.any(Number) },
    ]);
    expect(limits[3]!.used).toBeGreaterThan(1_000_000);
  });
});

describe('with low limits', () => {
  let hub: TestHub;
  let datasetVersionId: string;
  beforeAll(async () => {
    const colours = await TestHub.startWithColours({ settings: { maxRequests: 200, maxUploads: 1, maxQueuedRuns: 1 } });
    hub = colours;
    datasetVersionId = colours.datasetVersionId;
  });
  afterAll(() => hub.remove());

  it('a token that sends too many requests waits, others do not', async () => {
    const { secret } = await hub.createToken({ name: 'busy', role: 'VIEWER' });
    const busy = hub.as(secret);
    const statuses = await Promise.all(
      Array.from({ length: 200 }, async () => (await busy.post('{ me { name } }')).status),
    );
    expect(new Set(statuses)).toEqual(new Set([200]));
    const refused = await hub.fetch('/graphql', {
      method: 'POST',
      body: '{"query":"{ me { name } }"}',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    });
    expect(refused.status).toBe(429);
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(await refused.json()).toMatchObject({
      errors: [{ extensions: { code: 'LIMIT_EXCEEDED', name: 'requestsPerMinute', limit: 200 } }],
    });
    const events = busy.client.subscribe(await requestText('ingestion-progress'), { progressKey: 'x' });
    await expect(events.next()).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect((await hub.post('{ me { name } }')).status).toBe(200);
  });

  it('an upload beside another one waits', async () => {
    await hub.ask('create-dataset', { name: 'uploads' });
    const operations = { query: await requestText('register-upload'), variables: { dataset: 'uploads', upload: null } };
    const parts = [
      ['operations', JSON.stringify(operations)],
      ['map', '{"0":["variables.upload"]}'],
    ].map(([name, value]) => `--B\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
    const unfinished = request(`${hub.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${hub.token}`,
        'content-type': 'multipart/form-data; boundary=B',
        'apollo-require-preflight': 'true',
      },
    });
    unfinished.on('error', () => undefined); // it is broken off below
    unfinished.write(`${parts.join('')}--B\r\nContent-Disposition: form-data; name="0"; filename="x"\r\n\r\nPK`);
    await vi.waitUntil(async () => (await limitOf(hub, 'uploads')).used === 1, { timeout: 60_000, interval: 250 });

    const file = { as: 'upload', content: await smallArchive() };
    const { status, errors } = await hub.post(operations.query, operations.variables, file);
    expect(status).toBe(429);
    expect(errors).toMatchObject([
      {
        message:
          'The limit uploads is reached: 1 uploads at the same time. Try again later, or start the hub with a higher --max-uploads.',
        extensions: { code: 'LIMIT_EXCEEDED', name: 'uploads', limit: 1, used: 1 },
      },
    ]);
    unfinished.destroy();
    await vi.waitUntil(async () => (await limitOf(hub, 'uploads')).used === 0, { timeout: 60_000, interval: 250 });
    expect((await hub.post(operations.query, operations.variables, file)).errors).toBeUndefined();
  });

  it('a run beyond those that wait is refused', async () => {
    const endless = { datasetVersionId, recipe: ENDLESS };
    const working = await hub.queue(endless);
    for await (const { state } of hub.watch(working)) if (state === 'RUNNING') break;
    const waiting = await hub.queue(endless);
    const input = { backbone: 'tiny-imagenet-2', ...endless };
    for (const [name, variables] of [
      ['start-transfer-run', { input }],
      ['clone-run', { input: { id: working } }],
      [
        'start-sweep',
        { input: { base: input, method: 'GRID', parameters: [{ name: 'learningRate', values: [0.1] }] } },
      ],
    ] as const) {
      const { errors } = await hub.post(await requestText(name), variables);
      expect(errors, name).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', name: 'queuedRuns', used: 1 } }]);
    }
    await hub.ask('cancel-run', { id: waiting });
    await hub.ask('cancel-run', { id: working });
    expect((await hub.ended(working)).state).toBe('CANCELLED');
  });

  it('a data folder that is full accepts neither data nor runs, and keeps what is there', async () => {
    const full = await TestHub.startWithColours({ settings: { maxDisk: 1e-6 } });
    onTestFinished(() => full.remove());
    const file = { as: 'upload', content: await smallArchive() };
    const { errors, status } = await full.post(await requestText('register-upload'), { dataset: 'colours' }, file);
    expect(status).toBe(429);
    expect(errors).toMatchObject([{ extensions: { code: 'LIMIT_EXCEEDED', name: 'diskBytes', limit: 1000 } }]);
    const { datasetVersionId } = full;
    await expect(full.queue({ datasetVersionId })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(JSON.stringify(await full.ask('datasets'))).toContain('"colours"');
  });
});
