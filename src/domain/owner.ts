import { HubError } from '../errors.js';
import type { Caller } from './caller.js';
import { includes, Role } from './role.js';

/** The token that created an object. */
export interface Owner {
  /** Name of the token; "hub" for the hub itself. */
  readonly name: string;
  /** Null for the hub itself, and in imports that were started before ids were stored. */
  readonly tokenId: string | null;
  /** Its role at that time; null as is the id. */
  readonly role: Role | null;
}

/** The columns of a row that name its owner. */
export interface OwnerColumns {
  readonly createdBy: string | null;
  readonly createdById: string | null;
  readonly createdByRole: Role | null;
}

/** The columns of a new row that name its owner. */
export function ownerColumns(owner: Owner | null): OwnerColumns {
  return {
    createdBy: owner?.name ?? null,
    createdById: owner?.tokenId ?? null,
    createdByRole: owner?.role ?? null,
  };
}

/** The owner of a row; null in rows that were written before owners were stored. */
export function ownerOf({ createdBy: name, createdById: tokenId, createdByRole: role }: OwnerColumns): Owner | null {
  return name === null ? null : { name, tokenId, role };
}

/**
 * Why a caller may not delete an object; null if it may. A MAINTAINER may, and the owner. Names identify owners, as they
 * do in the audit: a token that takes the place of another one keeps its name.
 * @param subject the object and its verb: `Run 1 was started by`. @param act what the caller may not do to it.
 */
export function deletionRefusal(
  subject: string,
  owner: Owner | null,
  { name, role }: Caller,
  act: 'deleted' | 'changed' = 'deleted',
): HubError | null {
  if (includes(role, Role.MAINTAINER) || owner?.name === name) return null;
  const message = owner
    ? `${subject} "${owner.name}": it can be ${act} by that token, or by a MAINTAINER.`
    : `${subject} an unknown token: it can be ${act} by a MAINTAINER.`;
  return new HubError('FORBIDDEN', message, { owner: owner?.name ?? null, needed: Role.MAINTAINER, held: role });
}
