import { Duplex } from 'node:stream';
import type { EmbeddedSession } from './embedded-session.js';

/**
 * What node-postgres takes for its socket: PostgreSQL's wire protocol, spoken to the PGlite in this process. So there is
 * no port that others on the machine could reach, and no socket file that a killed process leaves behind.
 */
export class PgliteStream extends Duplex {
  constructor(
    private readonly session: EmbeddedSession,
    /** Fulfilled when the stream before this one is closed. PGlite has one session: two at once would share it. */
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
      if (!this.session.isRunning) this.push(null); // as a server that has stopped hangs up
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
