import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Certificate, localCertificate, serveHttps } from '../support/https-server.js';
import { copyVersions } from '../support/model-copies.js';
import { HOPELESS } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface DeliveryAnswer {
  readonly id: string;
  readonly state: string;
  readonly attempts: number;
  readonly nextAttemptAt: string | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
}

/** Milliseconds between attempts. */
// The last one leaves time to stop the hub while a message waits.
const RETRY_DELAYS = [10, 10, 10, 10, 4000] as const;

let certificate: Certificate;
let hub: TestHub;
let datasetVersionId: string;
beforeAll(async () => {
  certificate = await localCertificate();
  const options = { trusted: certificate.cert, retryDelays: RETRY_DELAYS };
  const colours = await TestHub.startWithColours({
    ...options,
    settings: { allowPrivateUrls: true },
    rows: (client) => copyVersions(client, 'put-away'),
  });
  hub = colours;
  datasetVersionId = colours.datasetVersionId;
});
afterAll(() => hub.remove());

/** A server that receives messages. @param statuses of its answers in order; the last one repeats. */
async function receiver(...statuses: number[]): Promise<{ url: string; received: Received[]; statuses: number[] }> {
  const received: Received[] = [];
  const url = await serveHttps(certificate, async (request, response) => {
    received.push({ headers: request.headers, body: await text(request) });
    const status = (statuses.length > 1 ? statuses.shift() : statuses[0]) as number;
    response.writeHead(status, { location: 'https://localhost/' }).end('an answer that nothing reads');
  });
  return { url, received, statuses };
}

async function webhook(url: string, ...events: string[]): Promise<{ id: string; secret: string }> {
  return webhookOf(hub, url, ...events);
}

async function webhookOf(of: TestHub, url: string, ...events: string[]): Promise<{ id: string; secret: string }> {
  const { createWebhook } = await of.ask<{ createWebhook: { secret: string; webhook: { id: string } } }>(
    'create-webhook',
    { url: `${url}/hook?key=hidden`, events },
  );
  return { id: createWebhook.webhook.id, secret: createWebhook.secret };
}

const deliveries = async (webhookId: string, of: TestHub): Promise<DeliveryAnswer[]> =>
  (await of.ask<{ webhookDeliveries: DeliveryAnswer[] }>('webhook-deliveries', { webhookId })).webhookDeliveries;

/** The only message to a webhook, once it is as it should be. */
const delivered = (webhookId: string, isDone = ({ state }: DeliveryAnswer) => state !== 'WAITING', of = hub) =>
  vi.waitUntil(async () => (await deliveries(webhookId, of)).find(isDone), { timeout: 60_000 });

describe('a webhook', () => {
  it('receives what happens, in order, signed', async () => {
    const { url, received } = await receiver(204);
    const { secret } = await webhook(url, 'RUN_ENDED', 'MODEL_VERSION_REGISTERED', 'ALIAS_MOVED');
    const { url: deaf, received: nothing } = await receiver(204);
    await webhook(deaf, 'TEST');
    const run = await hub.train({ datasetVersionId, recipe: HOPELESS });
    await hub.registerModel(run.id, 'told');
    await hub.registerModel(run.id, 'told'); // makes no second version
    await hub.ask('promote', { model: 'told', version: 1, now: true, reason: 'first' });
    await vi.waitUntil(() => received.length >= 3, { timeout: 60_000 });

    const messages = received.map(({ body, headers }) => {
      const verified = new Webhook(secret).verify(body, headers as Record<string, string>);
      expect(() => new Webhook(secret).verify(`${body} `, headers as Record<string, string>)).toThrow();
      return verified;
    });
    expect(messages).toMatchObject([
      { type: 'run.ended', data: { runId: run.id, state: 'SUCCEEDED' } },
      { type: 'model_version.registered', data: { model: 'told', version: 1, runId: run.id } },
      { type: 'alias.moved', data: { model: 'told', alias: 'production', from: null, to: 1, reason: 'first' } },
    ]);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(3);
    expect(nothing).toEqual([]);
  });

  it('receives that aliases are removed, and that models and versions are archived and deleted, once each', async () => {
    const { url, received } = await receiver(204);
    const kinds = ['ALIAS_REMOVED', 'MODEL_VERSION_ARCHIVED', 'MODEL_VERSION_UNARCHIVED', 'MODEL_VERSION_DELETED'];
    await webhook(url, ...kinds, 'MODEL_ARCHIVED', 'MODEL_UNARCHIVED', 'MODEL_DELETED');
    const [model, version] = ['put-away', 1];
    const reason = 'no longer needed';
    await hub.ask('promote', { model, version, alias: 'next', reason });
    const early = hub.ask('delete-model', { model });
    await expect(early).rejects.toMatchObject({ code: 'CONFLICT' }); // and tells nobody
    await hub.ask('remove-alias', { model, alias: 'next', reason });
    await hub.ask('archive-model-version', { model, version });
    await hub.ask('archive-model-version', { model, version }); // changes nothing
    await hub.ask('unarchive-model-version', { model, version });
    await hub.ask('delete-model-version', { model, version });
    await hub.ask('archive-model', { model });
    await hub.ask('unarchive-model', { model });
    await hub.ask('delete-model', { model });
    await vi.waitUntil(() => received.length >= 7, { timeout: 60_000 });
    const messages = received.map(({ body }) => JSON.parse(body) as { type: string; data: unknown });
    const by = { model, actor: 'first' };
    expect(Object.fromEntries(messages.map(({ type, data }) => [type, data]))).toEqual({
      'alias.removed': { ...by, alias: 'next', from: 1, reason },
      'model_version.archived': { ...by, version },
      'model_version.unarchived': { ...by, version },
      'model_version.deleted': { ...by, version },
      'model.archived': by,
      'model.unarchived': by,
      'model.deleted': { ...by, versions: [2] },
    });
    expect(received).toHaveLength(7);
  });

  it('that fails gets the same message again, until it accepts it', async () => {
    const { url, received } = await receiver(500, 302, 200);
    const { id } = await webhook(url, 'TEST');
    await hub.ask('test-webhook', { id });
    const delivery = await delivered(id);
    expect(delivery).toMatchObject({ state: 'DELIVERED', attempts: 3, lastStatus: 200, nextAttemptAt: null });
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual([delivery!.id, delivery!.id, delivery!.id]);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
  });

  it('that never accepts a message is given up, and the log says so', async () => {
    const { url, received } = await receiver(500);
    const { id } = await webhook(url, 'TEST');
    await hub.ask('test-webhook', { id });
    const attempts = RETRY_DELAYS.length + 1;
    expect(await delivered(id)).toMatchObject({ state: 'FAILED', attempts, lastStatus: 500, nextAttemptAt: null });
    expect(received).toHaveLength(attempts);
    expect(hub.log.some(({ msg }) => msg === 'webhook message given up')).toBe(true);
  });

  it('gets what it has not accepted when the hub has started again', async () => {
    const { url, statuses } = await receiver(503);
    const { id } = await webhook(url, 'TEST');
    await hub.ask('test-webhook', { id });
    await delivered(id, ({ lastStatus }) => lastStatus === 503);
    await hub.stop();
    statuses[0] = 204;
    await hub.start({ allowPrivateUrls: true });
    expect(await delivered(id)).toMatchObject({ state: 'DELIVERED', lastStatus: 204 });
  });

  it('in a private network gets nothing unless that is allowed', async () => {
    const careful = await TestHub.start({ trusted: certificate.cert, retryDelays: RETRY_DELAYS });
    onTestFinished(() => careful.remove());
    const { url, received } = await receiver(204);
    const { id } = await webhookOf(careful, url, 'TEST');
    await careful.ask('test-webhook', { id });
    expect(await delivered(id, ({ lastError }) => lastError !== null, careful)).toMatchObject({
      lastStatus: null,
      lastError: expect.stringContaining('The address leads into a private network'),
    });
    expect(received).toEqual([]);
  });

  it.each([
    ['an address without https', 'http://example.com/', ['TEST'], 'Only https addresses are used.'],
    ['no address', 'x', ['TEST'], 'Only https addresses are used.'],
    ['nothing to be told of', 'https://example.com/', [], 'events must have 1 to 11 items; it has 0.'],
  ])('is not made with %s', async (_, url, events, message) => {
    const query =
      'mutation ($url: String!, $events: [WebhookEvent!]!) { createWebhook(url: $url, events: $events) { secret } }';
    const { errors } = await hub.post(query, { url, events });
    expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_INPUT' } }]);
  });

  it('is deleted with its messages; the audit knows where it was, without what may be secret', async () => {
    const { id } = await webhook('https://example.com', 'TEST');
    expect(await hub.ask('delete-webhook', { id })).toEqual({ deleteWebhook: id });
    const { errors } = await hub.post(`{ webhookDeliveries(webhookId: "${id}") { id } }`);
    expect(errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    const { auditEvents } = await hub.ask<{ auditEvents: { events: unknown[] } }>('audit-events', { first: 2 });
    expect(auditEvents.events).toMatchObject([
      { action: 'WEBHOOK_DELETED', subject: 'webhook https://example.com' },
      { action: 'WEBHOOK_CREATED', subject: 'webhook https://example.com' },
    ]);
    expect(JSON.stringify(auditEvents)).not.toContain('hidden');
  });
});
