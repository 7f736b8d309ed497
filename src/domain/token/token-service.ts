import { createHash, randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import type { Notices } from '../../cluster/notices.js';
import { HubError } from '../../errors.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { writePrivateFile } from '../../storage/private-file.js';
import { type Actor, HUB_ACTOR } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { Authentication, Caller } from '../caller.js';
import { Role } from '../role.js';
import type { CreatedToken, NewToken, Token } from './token.js';

/** Name of the token that the first start creates. */
const FIRST_TOKEN = 'first';
/** The tokens with which a hub can be administered for ever. */
const LASTING = { role: Role.ADMIN, model: null, revokedAt: null, expiresAt: null };
/** Milliseconds between two writes of a token's last use. */
const LAST_USE = 60_000;

/** Cached tokens: requests with them do not wait for the database. */
const CACHED = 1000;
/** Milliseconds after which a cached token is read again, in case the notice of its revocation was lost. */
const OUTDATED = 30_000;

type TokenRow = Prisma.TokenGetPayload<object>;

/** Creates, checks and revokes tokens. A secret is 256 random bits; the database holds its SHA-256 only. */
export class TokenService implements Authentication {
  readonly #revoked = new EventEmitter().setMaxListeners(0);
  /** By hash. Other processes that share the database send a notice when they revoke a token. */
  readonly #cache = new LRUCache<string, TokenRow & { readonly readAt: number }>({ max: CACHED });
  #revocations = 0;

  constructor(
    private readonly prisma: PrismaClient,
    private readonly notices: Notices,
    /** File in the data folder with the secret of the first token, readable by its owner only. */
    private readonly file: string,
  ) {
    notices.onAny('token', (id) => {
      this.#revocations += 1;
      for (const [hash, row] of this.#cache.entries()) {
        if (id === null) this.#cache.set(hash, { ...row, readAt: Number.NEGATIVE_INFINITY });
        else if (id === row.id) this.#cache.delete(hash);
      }
      if (id !== null) this.#revoked.emit(id);
    });
  }

  /**
   * The secret in the data folder. Creates a token when the folder has none or the database does not know it; a revoked
   * token stays revoked.
   * @param joins whether another process of the hub answers requests already: the data folder then needs no token of its own.
   * @returns null where it joins and the folder has none.
   */
  async ensureFirst(joins: boolean): Promise<string | null> {
    const present = await readFile(this.file, 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
    if (present && (await this.prisma.token.count({ where: { hash: hashOf(present) } })) > 0) return present;
    if (joins && (await this.prisma.token.count({ where: LASTING })) > 0) return null;
    const secret = newSecret();
    await writePrivateFile(this.file, `${secret}\n`);
    const data = { name: FIRST_TOKEN, role: Role.ADMIN, hash: hashOf(secret) };
    const entry = { action: 'TOKEN_CREATED', subject: `token ${FIRST_TOKEN}`, to: Role.ADMIN } as const;
    await this.prisma.$transaction([
      this.prisma.token.create({ data }),
      this.prisma.auditEvent.create({ data: auditRow(HUB_ACTOR, entry) }),
    ]);
    return secret;
  }

  async authenticate(secret: string | undefined): Promise<Caller> {
    if (secret === undefined) throw unauthenticated('This hub needs an access token');
    const hash = hashOf(secret);
    const cached = this.#cache.get(hash);
    if (cached && performance.now() - cached.readAt > OUTDATED) this.#readAgain(hash, cached);
    const row = cached ?? (await this.#find(hash));
    if (!row) throw unauthenticated('This hub does not know the token');
    const now = new Date();
    if (row.revokedAt) throw unauthenticated('The token is revoked');
    if (row.expiresAt && row.expiresAt <= now) throw unauthenticated('The token has expired');
    this.#noteUse(row, now);
    const { id: tokenId, name, role, model, expiresAt } = row;
    return { tokenId, name, role, model, expiresAt };
  }

  knownId(secret: string | undefined): string | undefined {
    return secret === undefined ? undefined : this.#cache.peek(hashOf(secret))?.id;
  }

  async #find(hash: string): Promise<TokenRow | null> {
    const before = this.#revocations;
    const row = await this.prisma.token.findUnique({ where: { hash } });
    // After a revocation during the read, the row may be outdated.
    if (row && before === this.#revocations) this.#cache.set(hash, { ...row, readAt: performance.now() });
    return row;
  }

  /** Reads a cached token again, for which no request waits; while the database is away it stays as it was. */
  #readAgain(hash: string, cached: TokenRow): void {
    this.#cache.set(hash, { ...cached, readAt: performance.now() });
    this.#find(hash).catch(() => undefined);
  }

  onRevoked(tokenId: string, listener: () => void): () => void {
    this.#revoked.once(tokenId, listener);
    return () => void this.#revoked.off(tokenId, listener);
  }

  /** Newest first. */
  async list(): Promise<Token[]> {
    return this.prisma.token.findMany({ orderBy: { id: 'desc' } });
  }

  /** @throws CONFLICT when an unrevoked token has this name; BAD_INPUT when the expiry is in the past. */
  async create({ name, role, model, expiresAt }: NewToken, actor: Actor): Promise<CreatedToken> {
    if (expiresAt && expiresAt <= new Date()) {
      throw new HubError('BAD_INPUT', 'expiresAt is in the past, so the token would have expired: give a later time.', {
        expiresAt,
      });
    }
    const secret = newSecret();
    const token = await this.#exclusively(async (tx) => {
      if ((await tx.token.count({ where: { name, revokedAt: null } })) > 0) {
        throw new HubError('CONFLICT', `There is a token named ${name} already: revoke it, or choose another name.`, {
          name,
        });
      }
      const data = { name, role, model, expiresAt, createdBy: actor.name, hash: hashOf(secret) };
      const created = await tx.token.create({ data });
      const entry = { action: 'TOKEN_CREATED', subject: `token ${name}`, to: role } as const;
      const details = { id: created.id, model, expiresAt };
      await tx.auditEvent.create({ data: auditRow(actor, { ...entry, ...(model ? { model } : {}), details }) });
      return created;
    });
    return { token, secret };
  }

  /**
   * Refuses the token from now on and ends its subscriptions.
   * @throws NOT_FOUND; CONFLICT for the last admin token that does not expire.
   */
  async revoke(id: string, reason: string | null, actor: Actor): Promise<Token> {
    const token = await this.#exclusively(async (tx) => {
      const row = await tx.token.findUnique({ where: { id } });
      if (!row) throw new HubError('NOT_FOUND', 'There is no token with this id.', { id });
      if (row.revokedAt) return row;
      if ((await tx.token.count({ where: { ...LASTING, id: { not: id } } })) === 0) {
        const message = 'This is the last admin token that does not expire: create another one first.';
        throw new HubError('CONFLICT', message, { id });
      }
      const revoked = await tx.token.update({ where: { id }, data: { revokedAt: new Date() } });
      const entry = { action: 'TOKEN_REVOKED', subject: `token ${row.name}`, from: row.role, reason } as const;
      await tx.auditEvent.create({ data: auditRow(actor, { ...entry, details: { id } }) });
      return revoked;
    });
    this.notices.tell('token', id);
    return token;
  }

  /** Runs one change of tokens at a time, since each reads all of them. */
  async #exclusively<T>(change: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE tokens IN SHARE ROW EXCLUSIVE MODE`;
      return change(tx);
    });
  }

  /** Writes the last use, for which no request waits: while the database is away, a later use takes its place. */
  #noteUse(row: TokenRow, now: Date): void {
    const { id, hash, lastUsedAt } = row;
    if (lastUsedAt && now.getTime() - lastUsedAt.getTime() < LAST_USE) return;
    const cached = this.#cache.get(hash);
    if (cached) this.#cache.set(hash, { ...cached, lastUsedAt: now });
    this.prisma.token.updateMany({ where: { id }, data: { lastUsedAt: now } }).catch(() => undefined);
  }
}

function unauthenticated(why: string): HubError {
  return new HubError(
    'UNAUTHENTICATED',
    `${why}: send "Authorization: Bearer TOKEN". The first token is in the data folder, in the file "token".`,
  );
}

const newSecret = (): string => randomBytes(32).toString('base64url');

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
