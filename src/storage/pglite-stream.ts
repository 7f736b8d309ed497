import { Duplex } from 'node:stream';
import type { DatabaseSession } from './embedded-session.js';

/**
 * A socket for node-postgres that carries PostgreSQL's wire protocol to the PGlite in this process. There is no port that
 * other users of the machine could reach, and no socket file that a killed process leaves.
 */
export class PgliteStream extends Duplex {
  constructor(
    private readonly session: DatabaseSession,
    /** Fulfilled when the previous stream is closed. PGlite has one session: two streams would share it. */
    private readonly turn: Promise<void>,
  ) {
    super({ allowHalfOpen: false });
  }

  // The part of net.Socket that node-postgres calls.
  connect(): this {
    const started = this.turn.then(() => this.session.start());
    void started.then(
      () => this.emit('connect'),
      (error: Error) => this.destroy(error),
    );
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  /** node-postgres writes one whole message at a time, and expects no answer before its write has returned. */
  override _write(message: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.session.execute(message).then((answer) => {
      if (answer.length > 0) this.push(answer);
      if (!this.session.isRunning) this.push(null); // a server that stops hangs up
      done();
    }, done);
  }

  override _read(): void {} // answers are pushed as they come

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.session.rollBack().then(() => done(error), done);
  }
}
