import type { Role } from './role.js';

/** The token of a request, as far as permissions and the audit need it. */
export interface Caller {
  readonly tokenId: string;
  /** Name of the token, which the audit records as the actor. */
  readonly name: string;
  readonly role: Role;
  /** Name of the only model that the token may use; null for all. */
  readonly model: string | null;
  readonly expiresAt: Date | null;
}

/** Checks tokens and reports revoked ones. */
export interface Authentication {
  /** The caller that a secret belongs to. @throws UNAUTHENTICATED. */
  authenticate(secret: string | undefined): Promise<Caller>;
  /** The id of a token that this process has seen and remembers. */
  knownId(secret: string | undefined): string | undefined;
  /** Calls the listener when the token is revoked. @returns a function that removes the listener. */
  onRevoked(tokenId: string, listener: () => void): () => void;
}
