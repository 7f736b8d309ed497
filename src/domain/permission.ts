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

/** Why a caller may not use an operation, whatever its arguments; null if it may use it with some. */
export function refusalOf({ role: needed, model }: Permission, caller: Caller): HubError | null {
  const { name, role: held } = caller;
  if (!includes(held, needed)) {
    const message = `This needs the role ${needed}; the token "${name}" has ${held}.`;
    return new HubError('FORBIDDEN', message, { needed, held });
  }
  return caller.model !== null && model === null ? otherModel(name, caller.model) : null;
}

/** @throws FORBIDDEN, naming the needed role or model and that of the token. */
export function refuseUnlessPermitted(permission: Permission, caller: Caller, args: Arguments): void {
  const refusal = refusalOf(permission, caller);
  if (refusal) throw refusal;
  const { model } = permission;
  if (caller.model === null || model === null || model === NARROWED) return;
  if (valueAt(args, model.argument) !== caller.model) throw otherModel(caller.name, caller.model);
}

function otherModel(token: string, model: string): HubError {
  return new HubError('FORBIDDEN', `The token "${token}" may use the model ${model} only.`, { model });
}

function valueAt(args: Arguments, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Arguments | null | undefined)?.[key], args);
}
