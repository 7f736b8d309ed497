import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Sockets } from '../../src/http/grpc/sockets.js';

const opened: Socket[] = [];
let sockets: Sockets;
afterEach(() => {
  sockets.stop();
  sockets.destroy();
  for (const socket of opened) socket.destroy();
});

/** Opens a connection. @returns its client, and the peer as the server names it. */
async function open(): Promise<{ socket: Socket; peer: string }> {
  const { port } = sockets.server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  opened.push(socket);
  await once(socket, 'connect');
  return { socket, peer: `127.0.0.1:${socket.localPort}` };
}

it('closes the oldest connection without a token when there are too many', async () => {
  const accepted: Socket[] = [];
  sockets = new Sockets(2, (socket) => void accepted.push(socket));
  sockets.server.listen(0, '127.0.0.1');
  await once(sockets.server, 'listening');
  const known = await open();
  await expect.poll(() => accepted).toHaveLength(1);
  sockets.showedToken(known.peer);
  const stranger = await open();
  await expect.poll(() => accepted).toHaveLength(2);
  const closed = once(stranger.socket, 'close');
  stranger.socket.resume();
  await open();
  await closed;
  expect(known.socket.destroyed).toBe(false);
});
