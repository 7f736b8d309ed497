import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { FairLimit } from '../../src/fair-limit.js';
import { type InTurn, readBody } from '../../src/http/read-body.js';

const LIMIT = 1_000_000;

/** Posts a body. @returns the request as the server sees it. */
async function post(body: Uint8Array, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sent = request({ port, host: '127.0.0.1', method: 'POST', headers });
  sent.on('error', () => undefined);
  sent.end(body);
  const [received] = (await once(server, 'request')) as [IncomingMessage];
  return received;
}

it('compressed bodies are unpacked one by one, tokens in turn, and others are read meanwhile', async () => {
  const unpacking = new FairLimit(1);
  const order: string[] = [];
  const read = async (caller: string, content: string) => {
    const inTurn: InTurn = (work) =>
      unpacking.run(caller, async () => {
        order.push(`${caller} begins`);
        const done = await work();
        order.push(`${caller} ends`);
        return done;
      });
    const packed = await post(gzipSync(content), { 'content-encoding': 'gzip' });
    return (await readBody(packed, LIMIT, () => undefined, inTurn)).toString();
  };
  let release: () => void = () => undefined;
  const busy = unpacking.run('many', () => new Promise<void>((resolve) => (release = resolve)));
  const all = [read('many', '1'), read('many', '2'), read('few', '3')];
  const plain = await readBody(
    await post(Buffer.from('plain')),
    LIMIT,
    () => undefined,
    () => Promise.reject(new Error('x')),
  );
  expect(plain.toString()).toBe('plain');
  await setImmediate();
  release();
  await busy;
  expect(await Promise.all(all)).toEqual(['1', '2', '3']);
  for (let i = 0; i < order.length; i += 2) expect(order[i + 1]).toBe(order[i]!.replace('begins', 'ends'));
});
