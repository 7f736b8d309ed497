import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';

/**
 * Makes a server listen on a free port of this machine until the test has finished.
 * @param sockets what the server no longer counts as its connections: tunnels and WebSockets. @returns its address.
 */
export async function listenUntilTestEnds(server: Server, sockets: ReadonlySet<Duplex>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
