import { Role } from '../storage/enums.js';

export { Role };

/** All roles, each with the permissions of those before it. */
export const ROLES: readonly Role[] = [Role.VIEWER, Role.TRAINER, Role.MAINTAINER, Role.ADMIN];

/** Whether a role has the permissions of another one. */
export function includes(held: Role, needed: Role): boolean {
  return ROLES.indexOf(held) >= ROLES.indexOf(needed);
}
