import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { isDatabaseOutage } from '../../src/database-outage.js';
import { DatabasePool } from '../../src/storage/database-pool.js';

/** A message of PostgreSQL's protocol. */
function message(type: string, ...parts: readonly (string | number)[]): Buffer {
  const bytes = parts.map((part) => {
    if (typeof part === 'string') return Buffer.from(part);
    const number = Buffer.alloc(4);
    number.writeInt32BE(part);
    return number;
  });
  const content = Buffer.concat(bytes);
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + content.length);
  return Buffer.concat([Buffer.from(type), length, content]);
}

const AUTHENTICATED = message('R', 0);
const READY = message('Z', 'I');
const ENDED = message('E', 'SFATAL\0', 'C57P01\0', 'Mterminating connection due to administrator command\0', '\0');

test('survives a server that ends a connection in the packet that opens it', async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.once('data', () => socket.end(Buffer.concat([AUTHENTICATED, READY, ENDED])));
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const pool = new DatabasePool({ host: '127.0.0.1', port, user: 'hub', database: 'hub', ssl: false });
  onTestFinished(() => pool.end() as Promise<void>);
  await expect(pool.query('UPDATE runs SET name = NULL')).rejects.toSatisfy(isDatabaseOutage);
  await expect(pool.query('SELECT 1')).rejects.toSatisfy(isDatabaseOutage);
  expect(connections).toBe(3); // the read is sent once more
});
