import 'reflect-metadata'; // type-graphql needs it before the first decorated class
import { createPubSub } from '@graphql-yoga/subscription';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, type ContainerType, type NonEmptyArray } from 'type-graphql';
import { checkArgument } from './checked.js';
import { guardRootFields } from './permission.js';
import { resolversOf, type Services } from './resolvers.js';
import { acceptShortIds } from './short-ids.js';
import { listAllowedValues, suggestNames } from './suggestions.js';

/** Builds the schema. Without services it can be printed and inspected, but answers no request. */
export function buildHubSchema(services?: Services): GraphQLSchema {
  // A resolver only stores its services until a request calls one.
  const resolvers = resolversOf(services ?? ({} as Services));
  const container: ContainerType = {
    get: (resolver) => resolvers.find((instance) => instance.constructor === resolver),
  };
  const schema = buildSchemaSync({
    resolvers: resolvers.map((resolver) => resolver.constructor) as unknown as NonEmptyArray<new () => object>,
    container,
    validateFn: checkArgument,
    pubSub: createPubSub(), // required wherever there is a subscription; ours bring their own events
  });
  // The guard is outside: nobody's ids are looked up for those who may not ask.
  return listAllowedValues(guardRootFields(suggestNames(acceptShortIds(schema, services?.ids), services?.names)));
}
