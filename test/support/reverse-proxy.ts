import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { listenUntilTestEnds } from './listen.js';

/**
 * Starts a reverse proxy that shows a server under a path, also its WebSockets, until the test has finished. Other paths
 * are another site's: they are answered with 404.
 * @param removes whether it removes the path from what it passes on. @param answers answers a request in place of the server if
 * it returns true. @returns its address, with the path.
 */
export async function reverseProxy(
  target: string,
  path: string,
  removes: boolean,
  answers: (asked: IncomingMessage, response: ServerResponse) => boolean = () => false,
): Promise<string> {
  const { hostname, port } = new URL(target);
  const passOn = ({ url = '/', method, headers }: IncomingMessage) => {
    if (url !== path && !url.startsWith(`${path}/`)) return undefined;
    const passed = removes ? url.slice(path.length) || '/' : url;
    return request({ hostname, port, method, headers, path: passed, agent: false });
  };
  const sockets = new Set<Duplex>();
  const server = createServer((asked, response) => {
    if (answers(asked, response)) return;
    const passed = passOn(asked);
    if (!passed) return void response.writeHead(404).end();
    passed.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    asked.pipe(passed);
  });
  server.on('upgrade', (asked: IncomingMessage, client: Duplex) => {
    const passed = passOn(asked);
    if (!passed) return void client.end('HTTP/1.1 404 Not Found\r\n\r\n');
    passed.on('upgrade', (answer, hub) => {
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
      for (const socket of [client, hub]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
      }
      client.pipe(hub).pipe(client);
    });
    passed.on('error', () => client.destroy());
    passed.end();
  });
  const url = await listenUntilTestEnds(server, sockets);
  return url + path;
}
