import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { inTurn } from '../../src/http/in-turn.js';
import { BOUNDS } from '../../src/limits.js';

async function serve(answer: RequestListener): Promise<number> {
  const server = createServer(inTurn(answer, 3));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function send(port: number, paths: readonly string[]): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''));
  return socket;
}

it('a request waits for the answer to the one before on its connection, and other connections do not', async () => {
  const begun: [path: string, response: ServerResponse][] = [];
  const port = await serve((request, response) => void begun.push([request.url!, response]));
  const paths = () => begun.map(([path]) => path);
  const socket = await send(port, ['/1', '/2', '/3']);
  await vi.waitUntil(() => begun.length === 1);
  await send(port, ['/other']);
  await vi.waitUntil(() => begun.length === 2);
  await wait(50);
  expect(paths()).toEqual(['/1', '/other']);

  let answers = '';
  socket.on('data', (text) => {
    answers += text;
  });
  begun[0]![1].end('first');
  await vi.waitUntil(() => begun.length === 3);
  begun[2]![1].end('second');
  await vi.waitUntil(() => begun.length === 4);
  begun[3]![1].end('third');
  await vi.waitUntil(() => answers.includes('third'));
  expect(paths()).toEqual(['/1', '/other', '/2', '/3']);
  expect([...answers.matchAll(/first|second|third/g)].map(([word]) => word)).toEqual(['first', 'second', 'third']);
});

it('a connection on which too many wait is closed, and what waits is not begun', async () => {
  const begun: string[] = [];
  const port = await serve((request) => void begun.push(request.url!));
  const socket = await send(port, ['/1', '/2', '/3', '/4', '/5']);
  await once(socket, 'close');
  expect(begun).toEqual(['/1']);
});

it('a connection that was refused with 429 waits a quarter of a second for its next answer, and others do not', async () => {
  const times: [path: string, at: number][] = [];
  const port = await serve((request, response) => {
    times.push([request.url!, performance.now()]);
    response.writeHead(request.url === '/many' ? 429 : 200).end();
  });
  await send(port, ['/many', '/next']);
  await vi.waitUntil(() => times.length === 1);
  await send(port, ['/other', '/after']);
  await vi.waitUntil(() => times.length === 4);
  expect(times.map(([path]) => path)).toEqual(['/many', '/other', '/after', '/next']);
  expect(times[3]![1] - times[0]![1]).toBeGreaterThanOrEqual(BOUNDS.tooMany.value - 1);
});

it('a connection that asks, waits and asks again is answered each time', async () => {
  const port = await serve((request, response) => void response.end(request.url));
  const socket = await send(port, ['/1']);
  for (const path of ['/1', '/2', '/3', '/4', '/5']) {
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toContain(path);
    socket.write(`GET /${Number(path[1]) + 1} HTTP/1.1\r\nHost: x\r\n\r\n`);
  }
});
