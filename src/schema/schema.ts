import 'reflect-metadata'; // type-graphql needs it before the first decorated class
import { createPubSub } from '@graphql-yoga/subscription';
import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql';
import { checkArgument } from './checked.js';
import { guardRootFields } from './permission.js';
import { resolversOf, type Services } from './resolvers.js';
import { acceptShortIds } from './short-ids.js';
import { listAllowedValues, suggestNames } from './suggestions.js';

/** Descriptions of the types of operations, which no decorator takes. */
const OPERATIONS = {
  Query: 'What the hub holds.',
  Mutation: 'Changes. Each of them needs the role that its description names.',
  Subscription: 'Events while they happen, over a WebSocket or as server-sent events.',
};

/** Builds the schema. Without services it can be printed and inspected, but answers no request. */
export function buildHubSchema(services?: Services): GraphQLSchema {
  return prepareHubSchema()(services);
}

/** Builds the types. @returns what has them answered by services; call it once. */
export function prepareHubSchema(): (services?: Services) => GraphQLSchema {
  let resolvers = resolversOf({} as Services);
  const schema = buildSchemaSync({
    resolvers: resolvers.map((resolver) => resolver.constructor) as unknown as NonEmptyArray<new () => object>,
    container: { get: (resolver) => resolvers.find((instance) => instance.constructor === resolver) },
    validateFn: checkArgument,
    skipCheck: true, // a test checks it; the check runs an introspection, a tenth of a second of every start
    pubSub: createPubSub(), // required wherever there is a subscription; ours bring their own events
  });
  for (const [name, description] of Object.entries(OPERATIONS)) {
    const type = schema.getType(name);
    if (type) type.description = description;
  }
  return (services) => {
    if (services) resolvers = resolversOf(services); // a resolver only stores its services until a request calls one
    // The guard comes first, so that no id is looked up for a caller who may not ask.
    return listAllowedValues(guardRootFields(suggestNames(acceptShortIds(schema, services?.ids), services?.names)));
  };
}
