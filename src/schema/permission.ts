import { defaultFieldResolver, type GraphQLField, type GraphQLSchema } from 'graphql';
import { Extensions } from 'type-graphql';
import type { Caller } from '../domain/caller.js';
import { type Arguments, type Permission, refusalOf, refuseUnlessPermitted } from '../domain/permission.js';
import type { Role } from '../domain/role.js';
import type { Context } from './context.js';

/** Declares the permission of a query, mutation or subscription. The schema does not build while one lacks it. */
export function Needs(role: Role, model: Permission['model'] = null): MethodDecorator {
  return Extensions({ permission: { role, model } satisfies Permission });
}

type RootField = GraphQLField<unknown, Context, Arguments>;

/** All queries, mutations and subscriptions. */
export function rootFields(schema: GraphQLSchema): RootField[] {
  const types = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return types.flatMap((type) => Object.values(type?.getFields() ?? {}));
}

export function permissionOf(field: RootField): Permission {
  const permission = field.extensions.permission as Permission | undefined;
  if (!permission) throw new Error(`${field.name} has no permission: put @Needs(...) on it`);
  return permission;
}

/** Makes every query, mutation and subscription check its caller first, and adds the role to its description. */
export function guardRootFields(schema: GraphQLSchema): GraphQLSchema {
  for (const field of rootFields(schema)) {
    const permission = permissionOf(field);
    const { resolve = defaultFieldResolver, subscribe } = field;
    field.resolve = (root, args, context, info) => {
      refuseUnlessPermitted(permission, context.caller, args);
      return resolve(root, args, context, info);
    };
    if (subscribe) {
      field.subscribe = (root, args, context, info) => {
        refuseUnlessPermitted(permission, context.caller, args);
        return subscribe(root, args, context, info);
      };
    }
    field.description = [field.description, `Needs the role ${permission.role}.`].filter(Boolean).join(' ');
  }
  return schema;
}

/** What a caller may use with at least some arguments, and what it may not, by name. */
export interface Permissions {
  readonly may: string[];
  readonly mayNot: readonly { readonly name: string; readonly reason: string }[];
}

export function permissionsOf(schema: GraphQLSchema, caller: Caller): Permissions {
  const fields = rootFields(schema).map((field) => ({
    name: field.name,
    reason: refusalOf(permissionOf(field), caller)?.message ?? null,
  }));
  fields.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    may: fields.filter(({ reason }) => reason === null).map(({ name }) => name),
    mayNot: fields.flatMap(({ name, reason }) => (reason === null ? [] : [{ name, reason }])),
  };
}
