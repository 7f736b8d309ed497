import { createHash, randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import { HubError } from '../../errors.js';
import type { CreatedToken, TokenType } from '../../schema/token/token.type.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { writePrivateFile } from '../../storage/private-file.js';
import { type Actor, HUB_ACTOR } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { Authentication, Caller } from '../caller.js';
import { Role } from '../role.js';

/** Name of the token that is made at the first start. */
const FIRST_TOKEN = 'first';
/** Milliseconds; the last use is written no more often. */
const LAST_USE = 60_000;

/** Tokens that are remembered: requests with them wait for no database. */
const REMEMBERED = 1000;

/** What a token is made of. */
export interface NewToken {
  readonly name: string;
  readonly role: `${Role}`;
  readonly model: string | null;
  readonly expiresAt: Date | null;
}

type TokenRow = Prisma.TokenGetPayload<object>;

/** Tokens: 256 random bits each, known to the database by their SHA-256 only. */
export class TokenService implements Authentication {
  readonly #revoked = new EventEmitter().setMaxListeners(0);
  /** By hash. Nothing but this service changes a token, and one hub alone has the database. */
  readonly #known = new LRUCache<string, TokenRow>({ max: REMEMBERED });
  #revocations = 0;

  constructor(
    private readonly prisma: PrismaClient,
    /** File in the data folder with the first token, readable by its owner only. */
    private readonly file: string,
  ) {}

  /**
   * The token in the data folder; makes one when there is none, or when the database has never known it. One that was
   * revoked stays revoked.
   */
  async ensureFirst(): Promise<string> {
    const present = await readFile(this.file, 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
    if (present && (await this.prisma.token.count({ where: { hash: hashOf(present) } })) > 0) return present;
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
    if (secret === undefined) throw unauthenticated('A token is needed');
    const hash = hashOf(secret);
    const row = this.#known.get(hash) ?? (await this.#find(hash));
    if (!row) throw unauthenticated('The token is not known to this hub');
    const now = new Date();
    if (row.revokedAt) throw unauthenticated('The token is revoked');
    if (row.expiresAt && row.expiresAt <= now) throw unauthenticated('The token has expired');
    await this.#noteUse(row, now);
    const { id: tokenId, name, role, model, expiresAt } = row;
    return { tokenId, name, role, model, expiresAt };
  }

  async #find(hash: string): Promise<TokenRow | null> {
    const before = this.#revocations;
    const row = await this.prisma.token.findUnique({ where: { hash } });
    // One that was revoked meanwhile may have been read as it was.
    if (row && before === this.#revocations) this.#known.set(hash, row);
    return row;
  }

  onRevoked(tokenId: string, listener: () => void): () => void {
    this.#revoked.once(tokenId, listener);
    return () => void this.#revoked.off(tokenId, listener);
  }

  /** Newest first. */
  async list(): Promise<TokenType[]> {
    return this.prisma.token.findMany({ orderBy: { id: 'desc' } });
  }

  /** @throws CONFLICT when a token that is not revoked has this name; BAD_INPUT when it would be born expired. */
  async create({ name, role, model, expiresAt }: NewToken, by: Actor): Promise<CreatedToken> {
    if (expiresAt && expiresAt <= new Date()) {
      throw new HubError('BAD_INPUT', 'The token would have expired already: give a time to come.', { expiresAt });
    }
    const secret = newSecret();
    const token = await this.#exclusively(async (tx) => {
      if ((await tx.token.count({ where: { name, revokedAt: null } })) > 0) {
        throw new HubError('CONFLICT', `There is a token named ${name} already: revoke it, or take another name.`, {
          name,
        });
      }
      const data = { name, role, model, expiresAt, createdBy: by.name, hash: hashOf(secret) };
      const made = await tx.token.create({ data });
      const entry = { action: 'TOKEN_CREATED', subject: `token ${name}`, to: role } as const;
      const details = { id: made.id, model, expiresAt };
      await tx.auditEvent.create({ data: auditRow(by, { ...entry, ...(model ? { model } : {}), details }) });
      return made;
    });
    return { token, secret };
  }

  /**
   * From now on the token is refused, and what it has subscribed to ends.
   * @throws NOT_FOUND; CONFLICT when it is the last one of an admin that does not expire.
   */
  async revoke(id: string, reason: string | null, by: Actor): Promise<TokenType> {
    const token = await this.#exclusively(async (tx) => {
      const row = await tx.token.findUnique({ where: { id } });
      if (!row) throw new HubError('NOT_FOUND', 'There is no token with this id.', { id });
      if (row.revokedAt) return row;
      const lasting = { role: Role.ADMIN, model: null, revokedAt: null, expiresAt: null, id: { not: id } };
      if ((await tx.token.count({ where: lasting })) === 0) {
        const message = 'No other token of an admin would be left that does not expire: make one first.';
        throw new HubError('CONFLICT', message, { id });
      }
      const revoked = await tx.token.update({ where: { id }, data: { revokedAt: new Date() } });
      const entry = { action: 'TOKEN_REVOKED', subject: `token ${row.name}`, from: row.role, reason } as const;
      await tx.auditEvent.create({ data: auditRow(by, { ...entry, details: { id } }) });
      return revoked;
    });
    this.#revocations += 1;
    this.#known.delete(token.hash);
    this.#revoked.emit(id);
    return token;
  }

  /** One change of tokens at a time: each looks at all of them. */
  async #exclusively<T>(change: (tx: Prisma.TransactionClient) => Promise<T>): Promise<T> {
    return this.prisma.$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE tokens IN SHARE ROW EXCLUSIVE MODE`;
      return change(tx);
    });
  }

  async #noteUse(row: TokenRow, now: Date): Promise<void> {
    const { id, hash, lastUsedAt } = row;
    if (lastUsedAt && now.getTime() - lastUsedAt.getTime() < LAST_USE) return;
    if (this.#known.has(hash)) this.#known.set(hash, { ...row, lastUsedAt: now });
    await this.prisma.token.update({ where: { id }, data: { lastUsedAt: now } });
  }
}

function unauthenticated(why: string): HubError {
  return new HubError(
    'UNAUTHENTICATED',
    `${why}: send "Authorization: Bearer TOKEN". The first one lies in the data folder, in the file "token".`,
  );
}

const newSecret = (): string => randomBytes(32).toString('base64url');

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
