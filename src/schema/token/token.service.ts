import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { HubError } from '../../errors.js';
import type { PrismaClient } from '../../storage/database.js';
import { writePrivateFile } from '../../storage/private-file.js';

/** Name of the token that is made at the first start. */
const FIRST_TOKEN = 'first';

/** Tokens: 256 random bits each, known to the database by their SHA-256 only. */
export class TokenService {
  constructor(
    private readonly prisma: PrismaClient,
    /** File in the data folder with the first token, readable by its owner only. */
    private readonly file: string,
  ) {}

  /** The token in the data folder; makes one when there is none, or when the database does not know it. */
  async ensureFirst(): Promise<string> {
    const present = await readFile(this.file, 'utf8').then(
      (text) => text.trim(),
      () => '',
    );
    if (present && (await this.#find(present))) return present;
    const token = randomBytes(32).toString('base64url');
    await writePrivateFile(this.file, `${token}\n`);
    await this.prisma.token.create({ data: { name: FIRST_TOKEN, role: 'admin', hash: hashOf(token) } });
    return token;
  }

  /** @returns the token's name. @throws UNAUTHENTICATED. */
  async authenticate(token: string | undefined): Promise<string> {
    const row = token ? await this.#find(token) : null;
    if (row) return row.name;
    const why = token ? 'The token is not known to this hub' : 'A token is needed';
    throw new HubError(
      'UNAUTHENTICATED',
      `${why}: send "Authorization: Bearer TOKEN". The first one lies in the data folder, in the file "token".`,
    );
  }

  async #find(token: string): Promise<{ name: string } | null> {
    const now = new Date();
    return this.prisma.token.findFirst({
      where: { hash: hashOf(token), revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
      select: { name: true },
    });
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
