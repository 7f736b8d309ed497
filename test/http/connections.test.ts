import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type RequestListener, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Connections } from '../../src/http/connections.js';
import { BOUNDS } from '../../src/limits.js';

/** Short, so that nothing takes seconds. */
const TIMES = { look: 20, slowBody: 100, reader: 200, linger: 100, closing: 100 };

async function serve(answer: RequestListener, max = 100) {
  const server = createServer();
  const connections = new Connections(server, max, TIMES);
  server.on('request', answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { connections, port: (server.address() as AddressInfo).port };
}

async function open(port: number, beginning = ''): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.write(beginning);
  return socket;
}

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n';

describe('a connection too many', () => {
  it('ends one of the token that has most', async () => {
    const { connections, port } = await serve((asked, response) => {
      connections.belongs(asked.socket, asked.url!);
      response.end('x');
    }, 3);
    const ask = async (token: string): Promise<Socket> => {
      const socket = await open(port, GET.replace('/ ', `/${token} `));
      await once(socket, 'data');
      return socket;
    };
    const own = [await ask('a'), await ask('a'), await ask('a')];
    const ended = once(own[0]!, 'close');
    const other = await ask('b');
    await ended;
    expect([...own, other].map(({ destroyed }) => destroyed)).toEqual([true, false, false, false]);
  });

  it('ends the oldest that has not shown a token, if those are most', async () => {
    const { connections, port } = await serve((asked, response) => {
      connections.belongs(asked.socket, 'token');
      response.end('x');
    }, 3);
    const known = await open(port, GET);
    await once(known, 'data');
    const strangers = [await open(port), await open(port)];
    const ended = once(strangers[0]!, 'close');
    await open(port);
    await ended;
    expect([known.destroyed, strangers[1]!.destroyed]).toEqual([false, false]);
  });
});

describe('a token', () => {
  it('has a bound on its requests, and others are answered', async () => {
    const { value } = BOUNDS.requestsAtOnce;
    const refused: string[] = [];
    let waiting = 0;
    const { connections, port } = await serve((asked, response) => {
      try {
        connections.admit(asked, asked.url!);
        waiting += 1;
        if (asked.url === '/other') response.end('x');
      } catch (error) {
        refused.push((error as Error).message);
        response.end('refused');
      }
    });
    // Without waiting for answers, so that it is one connection.
    await open(port, GET.repeat(value + 1));
    await expect
      .poll(() => refused)
      .toEqual([
        `This token has ${value + 1} requests that are not answered yet; the limit is ${value}. Take their answers first.`,
      ]);
    expect(waiting).toBe(value);
    const other = await open(port, GET.replace('/ ', '/other '));
    expect(String(await once(other, 'data'))).toContain('200 OK');
  });
});

describe('a client that is too slow', () => {
  it('with its body is disconnected', async () => {
    const { port } = await serve((asked) => void asked.resume());
    const socket = await open(port, POST);
    await once(socket, 'close');
  });

  it('is not blamed for a body that the hub does not read', async () => {
    const asked: IncomingMessage[] = [];
    const { port } = await serve((each) => void asked.push(each));
    const socket = await open(port, POST);
    socket.write(Buffer.alloc(500_000));
    await expect.poll(() => asked[0]?.readableLength).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 3 * TIMES.slowBody));
    expect(socket.destroyed).toBe(false);
  });

  it('with reading is disconnected, and what waits for it is freed', async () => {
    const answer = Buffer.alloc(50_000_000);
    let closed: Promise<unknown> | undefined;
    const { port } = await serve((_asked, response) => {
      closed = once(response, 'close');
      response.end(answer);
    });
    const socket = await open(port, GET);
    socket.pause();
    await expect.poll(() => closed).toBeDefined();
    await closed;
  });

  it('sees the refusal of a body that it still sends, and is then disconnected', async () => {
    const { port } = await serve((_asked, response) => {
      response.statusCode = 413;
      response.end('too long');
    });
    const sent = request({ port, method: 'POST', headers: { 'content-length': 1e9 } });
    sent.on('error', () => undefined);
    sent.write(Buffer.alloc(1_000_000));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect([response.statusCode, await text(response)]).toEqual([413, 'too long']);
    await once(sent, 'close');
  });
});

describe('closing', () => {
  it('answers all that is asked and resets nothing', async () => {
    const { connections, port } = await serve((_asked, response) => void setTimeout(() => response.end('x'), 10));
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const failed: string[] = [];
    const last: (string | undefined)[] = [];
    let answered = 0;
    /** Asks on one connection until it is told to close it. */
    const client = async (): Promise<void> => {
      for (;;) {
        const sent = request({ port, agent });
        sent.on('error', (error) => failed.push(error.message));
        sent.end();
        const [response] = (await once(sent, 'response')) as [IncomingMessage];
        await text(response);
        answered += 1;
        if (response.headers.connection === 'close') return void last.push(response.headers.connection);
      }
    };
    const clients = Array.from({ length: 8 }, client);
    const idle = await open(port, GET);
    await once(idle, 'data');
    await expect.poll(() => answered).toBeGreaterThanOrEqual(50); // all are connected
    const closed = connections.close(5000);
    const ended = once(idle, 'end');
    await Promise.all(clients);
    await closed;
    await ended; // not reset
    expect(failed).toEqual([]);
    expect(last).toHaveLength(8);
  });

  it('does not wait for ever', async () => {
    const { connections, port } = await serve(() => undefined);
    await open(port, GET);
    await connections.close(50);
  });
});
