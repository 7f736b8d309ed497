import { Duplex } from 'node:stream';
import type { PGlite } from '@electric-sql/pglite';

/**
 * What node-postgres takes for its socket: PostgreSQL's wire protocol, spoken to the PGlite in this process. So there is
 * no port that others on the machine could reach, and no socket file that a killed process leaves behind.
 */
export class PgliteStream extends Duplex {
  constructor(
    private readonly db: PGlite,
    /** Fulfilled when the stream before this one is closed. PGlite has one session: two at once would share it. */
    private readonly turn: Promise<void>,
  ) {
    super({ allowHalfOpen: false });
  }

  // The part of net.Socket that node-postgres calls.
  connect(): this {
    void this.turn.then(() => this.emit('connect'));
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
    this.db.execProtocolRaw(message).then((answer) => {
      if (answer.length > 0) this.push(Buffer.from(answer)); // a copy: PGlite may use its memory again
      done();
    }, done);
  }

  override _read(): void {} // answers are pushed as they come

  override _final(done: () => void): void {
    this.push(null);
    done();
  }

  /** A server rolls back what a lost client has begun; so does this. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.db.isInTransaction()) done(error);
    else this.db.exec('ROLLBACK').then(() => done(error), done);
  }
}
