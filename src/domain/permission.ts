import { HubError } from '../errors.js';
import type { Caller } from './caller.js';
import { includes, type Role } from './role.js';

/** Requirements of an operation: a query, mutation, subscription or route. */
export interface Permission {
  readonly role: Role;
  /**
   * Use by a token that is limited to one model: refused (null), allowed when this argument (`input.model`) names the
   * model, or an answer that the resolver narrows to the model.
   */
  readonly model: { readonly argument: string } | 'NARROWED' | null;
}

/** The resolver narrows its answer to the caller's model. */
export const NARROWED = 'NARROWED';

/** Allows tokens of the model that this argument names, for example `input.model`. */
export const modelIn = (argument: string): Permission['model'] => ({ argument });

export type Arguments = Readonly<Record<string, unknown>>;

/** @throws FORBIDDEN, naming the needed role or model and that of the token. */
export function refuseUnlessPermitted(what: string, permission: Permission, caller: Caller, args: Arguments): void {
  const { name, role: held } = caller;
  const { role: needed, model } = permission;
  if (!includes(held, needed)) {
    const message = `${what} needs the role ${needed}; the token "${name}" has ${held}.`;
    throw new HubError('FORBIDDEN', message, { needed, held });
  }
  if (caller.model === null || model === NARROWED) return;
  if (model !== null && valueAt(args, model.argument) === caller.model) return;
  const message = `The token "${name}" is for the model ${caller.model} only, and ${what} asks for more.`;
  throw new HubError('FORBIDDEN', message, { model: caller.model });
}

function valueAt(args: Arguments, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Arguments | null | undefined)?.[key], args);
}
