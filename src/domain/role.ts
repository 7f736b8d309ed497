import { registerEnumType } from 'type-graphql';

/** What a token may do, each role all that those before it may. */
export enum Role {
  VIEWER = 'VIEWER',
  TRAINER = 'TRAINER',
  MAINTAINER = 'MAINTAINER',
  ADMIN = 'ADMIN',
}
registerEnumType(Role, {
  name: 'Role',
  description: 'Each may do all that those before it may.',
  valuesConfig: {
    VIEWER: { description: 'Reads and classifies.' },
    TRAINER: { description: 'Brings data, starts runs, registers what they made.' },
    MAINTAINER: { description: 'Promotes, rolls back, deletes, reads the audit.' },
    ADMIN: { description: 'Makes and revokes tokens, changes settings.' },
  },
});

/** From the least to the most. */
export const ROLES = Object.values(Role);

/** Whether a role may do what needs another one. */
export function includes(held: `${Role}`, needed: `${Role}`): boolean {
  return ROLES.indexOf(held as Role) >= ROLES.indexOf(needed as Role);
}
