import type { Role } from './role.js';

/** Who asks: what the hub knows of the token that a request came with. */
export interface Caller {
  /** Id of the token. */
  readonly tokenId: string;
  /** Of the token; what the audit says. */
  readonly name: string;
  readonly role: `${Role}`;
  /** Name of the only model that the token is for; null for everything. */
  readonly model: string | null;
  readonly expiresAt: Date | null;
}

/** Knows the tokens. */
export interface Authentication {
  /** Whose token it is. @throws UNAUTHENTICATED. */
  authenticate(token: string | undefined): Promise<Caller>;
  /** Tells when a token is revoked in this hub. @returns how to stop listening. */
  onRevoked(tokenId: string, listener: () => void): () => void;
}
