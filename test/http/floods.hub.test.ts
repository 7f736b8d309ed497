import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { BOUNDS } from '../../src/limits.js';
import { TestHub } from '../support/test-hub.js';

let hub: TestHub;
beforeAll(async () => {
  hub = await TestHub.startWithColours();
});
afterAll(() => hub.remove());

const known = (): Record<string, string> => ({ authorization: `Bearer ${hub.token}` });

function open(): Socket {
  const socket = connect(Number(new URL(hub.url).port), '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

it('a token is answered before requests without one, however many connections send them', async () => {
  const [connections, each] = [40, 20];
  await hub.fetch('/v2', { headers: known() }); // the hub remembers the token
  let answers = 0;
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = open();
      await once(socket, 'connect');
      socket.on('data', (data) => {
        answers += data.toString('latin1').split('HTTP/1.1 200').length - 1;
      });
      return socket;
    }),
  );
  for (const socket of sockets) socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(each));
  expect((await hub.fetch('/v2', { headers: known() })).status).toBe(200);
  expect(answers, 'one at a time').toBeLessThan((connections * each) / 4);
});

it('a WebSocket that is refused more subscriptions than the bound is closed', async () => {
  const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: known() }));
  await once(socket, 'message');
  let refused = 0;
  socket.on('message', (message) => {
    if (String(message).includes('LIMIT_EXCEEDED')) refused += 1;
  });
  const payload = { query: 'subscription { ingestionProgress(progressKey: "abcdefgh") { ended } }' };
  for (let id = 0; id < 1000; id++) socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload }));
  await once(socket, 'close');
  expect(refused).toBeGreaterThan(0);
  expect(refused).toBeLessThanOrEqual(BOUNDS.refusedSubscriptions.value);
});

it('JSON before a tensor that is too long by its header is refused before it arrives', async () => {
  const length = BOUNDS.inferenceHead.value + 1;
  const headers = { 'content-length': 2 * length, 'inference-header-content-length': length };
  const sent = request(`${hub.url}/v2/models/colours/infer`, { method: 'POST', headers: { ...known(), ...headers } });
  sent.on('error', () => undefined); // the hub may hang up
  onTestFinished(() => void sent.destroy());
  sent.write('{');
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(400);
  expect(await text(response)).toContain(`its JSON has ${length} bytes; the limit before a tensor`);
});
