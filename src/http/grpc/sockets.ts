import { createServer, type Socket } from 'node:net';

/**
 * The connections of the gRPC port. Over the limit, the oldest one that has not shown a token is closed, else the oldest.
 */
export class Sockets {
  readonly server = createServer({ noDelay: true }, (socket) => this.#opened(socket));
  /** By peer, as gRPC names it; oldest first. */
  readonly #open = new Map<string, { readonly socket: Socket; hasToken: boolean }>();

  /** @param max connections at the same time. @param accept takes a connection. */
  constructor(
    private readonly max: number,
    private readonly accept: (socket: Socket) => void,
  ) {}

  /** Records that calls of this peer have a token. */
  showedToken(peer: string): void {
    const own = this.#open.get(peer);
    if (own) own.hasToken = true;
  }

  /** Stops listening. */
  stop(): void {
    this.server.close();
  }

  /** Ends all connections. */
  destroy(): void {
    for (const { socket } of this.#open.values()) socket.destroy();
  }

  #opened(socket: Socket): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#open.set(peer, { socket, hasToken: false });
    socket.once('close', () => this.#open.delete(peer));
    socket.on('error', () => undefined); // it closes, too
    if (this.#open.size > this.max) {
      const all = [...this.#open.values()];
      (all.find(({ hasToken }) => !hasToken) ?? all[0])?.socket.destroy();
    }
    if (!socket.destroyed) this.accept(socket);
  }
}
