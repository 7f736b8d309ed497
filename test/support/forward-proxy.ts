import { createServer, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { listenUntilTestEnds } from './listen.js';

/** A forward proxy of this machine. */
export interface ForwardProxy {
  readonly url: string;
  /** What was asked of it, in order: `CONNECT host:port`, or a method and an absolute address. */
  readonly asked: string[];
}

interface ForwardProxyOptions {
  /** User and password, as `user:password`, that it asks for. */
  readonly login?: string;
  /** The status that it answers instead of connecting. */
  readonly status?: number;
  /** The port that names lead to, whatever port is asked for. */
  readonly leadsTo?: number;
}

/** Starts a proxy for plain requests and tunnels, until the test has finished. Every name leads to this machine. */
export async function forwardProxy({ login, status, leadsTo }: ForwardProxyOptions = {}): Promise<ForwardProxy> {
  const asked: string[] = [];
  const sockets = new Set<Duplex>();
  const expected = login && `Basic ${Buffer.from(login).toString('base64')}`;
  const refusal = (given: string | undefined) => status ?? (given === expected ? undefined : 407);
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const refused = refusal(incoming.headers['proxy-authorization']);
    if (refused) return void response.writeHead(refused).end();
    const { port, pathname } = new URL(incoming.url ?? '');
    const { method, headers } = incoming;
    const passed = request({ host: '127.0.0.1', port: leadsTo ?? port, path: pathname, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(passed);
  });
  server.on('connect', ({ url = '', headers }, client: Socket) => {
    asked.push(`CONNECT ${url}`);
    const refused = refusal(headers['proxy-authorization']);
    if (refused) return void client.end(`HTTP/1.1 ${refused} No\r\n\r\n`);
    const target = connect(leadsTo ?? Number(url.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(target).pipe(client);
    });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
  });
  const url = await listenUntilTestEnds(server, sockets);
  return { url, asked };
}
