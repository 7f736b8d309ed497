import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { HubError } from '../errors.js';
import { BOUNDS } from '../limits.js';

/** Milliseconds: between looks at all connections, and as the bounds of the same names. */
const TIMES = {
  look: 1000,
  slowBody: BOUNDS.slowBody.value,
  reader: BOUNDS.reader.value,
  linger: BOUNDS.linger.value,
  closing: BOUNDS.closing.value,
};

const WORDS = { requestsAtOnce: 'requests that are not answered yet', unread: 'bytes of answers that it has not read' };

/** One request and its answer. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Bytes of the connection that had arrived at the last look. */
  read: number;
  /** Looks in a row at which fewer bytes had arrived than a body must have, and since the answer has been sent. */
  slowLooks: number;
  answeredLooks: number;
}

interface Connection {
  /** Id of the token of its latest request. */
  token?: string;
  /** More than one where a client sends requests without waiting for answers. */
  readonly exchanges: Set<Exchange>;
  /** When its last answer was sent or when it was made, by `performance.now()`. */
  idleSince: number;
}

/**
 * The connections of the HTTP server: how many there are, in all and for each token, how slowly they may send and read, and
 * how they end. Over the limit, the token that holds the most connections loses one; connections without a token count as one
 * token.
 */
export class Connections {
  readonly #open = new Map<Socket, Connection>();
  readonly #look: NodeJS.Timeout;
  #isClosing = false;

  /** @param max connections in all. */
  constructor(
    private readonly server: Server,
    private readonly max: number,
    private readonly times: Readonly<Record<keyof typeof TIMES, number>> = TIMES,
  ) {
    server.on('connection', (socket) => this.#opened(socket));
    server.prependListener('request', (request, response) => this.#begun(request, response));
    // Uploads may take longer; every body has a pace to keep instead.
    server.requestTimeout = 0;
    this.#look = setInterval(() => this.#lookAtAll(), this.times.look).unref();
  }

  /** Records the token of a connection, which is kept longer than one without. */
  belongs(socket: Socket, tokenId: string): void {
    const own = this.#open.get(socket);
    if (own) own.token = tokenId;
  }

  /** Admits a request whose token is known. @throws OVERLOADED when the token has too many, or reads too slowly. */
  admit({ socket }: IncomingMessage, tokenId: string): void {
    this.belongs(socket, tokenId);
    let [requests, unread] = [0, 0];
    for (const { token, exchanges } of this.#open.values()) {
      if (token !== tokenId) continue;
      requests += exchanges.size;
      for (const { response } of exchanges) unread += response.writableLength;
    }
    this.#check('requestsAtOnce', requests);
    this.#check('unread', unread);
  }

  /** Stops listening, answers requests in progress and those that arrive on open connections, and ends connections. */
  async close(patience: number): Promise<void> {
    this.#isClosing = true;
    for (const { exchanges } of this.#open.values()) {
      for (const { response } of exchanges) response.shouldKeepAlive = false;
    }
    const began = performance.now();
    const closed = new Promise<void>((resolve) => {
      // http's own `close` would reset idle connections, on which a request may be on its way.
      NetServer.prototype.close.call(this.server, () => resolve());
    });
    const end = setInterval(() => {
      const now = performance.now();
      for (const [socket, { exchanges, idleSince }] of this.#open) {
        if (now - began > patience) socket.destroy();
        else if (exchanges.size === 0 && now - Math.max(idleSince, began) > this.times.closing) socket.end();
      }
    }, this.times.look / 10);
    await closed;
    clearInterval(end);
    clearInterval(this.#look);
    this.server.closeAllConnections();
  }

  #check(bound: 'requestsAtOnce' | 'unread', received: number): void {
    const { value } = BOUNDS[bound];
    if (received <= value) return;
    const message = `This token has ${received} ${WORDS[bound]}; the limit is ${value}. Take their answers first.`;
    throw new HubError('OVERLOADED', message, { limit: value, received, retryAfter: 1 });
  }

  #opened(socket: Socket): void {
    const connection: Connection = { exchanges: new Set(), idleSince: performance.now() };
    this.#open.set(socket, connection);
    socket.once('close', () => this.#open.delete(socket));
    if (this.#open.size > this.max) this.#leastUseful().destroy();
  }

  /** Of those who have most connections, the oldest one without a request; else their oldest. */
  #leastUseful(): Socket {
    const owners = new Map<string | undefined, [Socket, Connection][]>();
    for (const each of this.#open) {
      const [, { token }] = each;
      const own = owners.get(token);
      if (own) own.push(each);
      else owners.set(token, [each]);
    }
    const [first, ...others] = owners.values() as Iterable<[Socket, Connection][]>;
    const most = others.reduce((a, b) => (b.length > a.length ? b : a), first as [Socket, Connection][]);
    const [socket] = (most.find(([, { exchanges }]) => exchanges.size === 0) ?? most[0]) as [Socket, Connection];
    return socket;
  }

  #begun(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const connection = this.#open.get(socket);
    if (!connection) return;
    if (this.#isClosing) response.shouldKeepAlive = false;
    const exchange: Exchange = { request, response, read: socket.bytesRead, slowLooks: 0, answeredLooks: 0 };
    connection.exchanges.add(exchange);
    response.once('close', () => {
      connection.idleSince = performance.now();
      if (request.complete || socket.destroyed) connection.exchanges.delete(exchange);
    });
  }

  #lookAtAll(): void {
    for (const [socket, { exchanges }] of this.#open) {
      for (const exchange of exchanges) {
        if (exchange.response.writableFinished) this.#lookAtRest(socket, exchanges, exchange);
        else if (!exchange.request.complete) this.#lookAtBody(socket, exchange);
        // Ends the connection unless its reader makes progress; Node resets this for the next request.
        else if (exchange.response.writableLength > 0 && !socket.timeout) socket.setTimeout(this.times.reader);
      }
    }
  }

  /** Discards what is still being sent of a refused request for a moment, so that the client sees the answer. */
  #lookAtRest(socket: Socket, exchanges: Set<Exchange>, exchange: Exchange): void {
    if (exchange.request.complete) exchanges.delete(exchange);
    else if (++exchange.answeredLooks > this.times.linger / this.times.look) socket.destroy();
  }

  /** Ends a connection whose body arrives too slowly for too long. */
  #lookAtBody(socket: Socket, exchange: Exchange): void {
    const arrived = socket.bytesRead - exchange.read;
    exchange.read = socket.bytesRead;
    const waits = exchange.request.readableLength === 0; // otherwise it is the hub that does not read
    exchange.slowLooks = waits && arrived < (BOUNDS.pace.value * this.times.look) / 1000 ? exchange.slowLooks + 1 : 0;
    if (exchange.slowLooks > this.times.slowBody / this.times.look) socket.destroy();
  }
}
