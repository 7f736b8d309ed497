import type { Role } from '../role.js';

/** An access token, without its secret. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Name of the only model that it may use; null for all. */
  readonly model: string | null;
  /** Name of the token that created it; null for the hub itself. */
  readonly createdBy: string | null;
  readonly createdAt: Date;
  /** Accurate to the minute. */
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
}

/** A token to create. */
export interface NewToken {
  readonly name: string;
  readonly role: Role;
  readonly model: string | null;
  readonly expiresAt: Date | null;
}

/** A new token with its secret, which is shown only here. */
export interface CreatedToken {
  readonly token: Token;
  readonly secret: string;
}
