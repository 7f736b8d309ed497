import { defaultFieldResolver, type GraphQLEnumType, GraphQLError, type GraphQLSchema, isEnumType } from 'graphql';
import type { NamesLike } from '../domain/names-like.js';
import { rootFields } from './permission.js';

/** Most values of an enum that a refusal lists. GraphQL itself suggests those that are spelled alike. */
const LISTED = 25;

/** Makes refusals of unknown names suggest one that is spelled alike. */
export function suggestNames(schema: GraphQLSchema, names: NamesLike | undefined): GraphQLSchema {
  if (!names) return schema;
  for (const field of rootFields(schema)) {
    const { resolve = defaultFieldResolver } = field;
    field.resolve = async (root, args, context, info) => {
      try {
        return await resolve(root, args, context, info);
      } catch (error) {
        throw await names.explain(error, context.caller);
      }
    };
  }
  return schema;
}

/** Makes refusals of a value that an enum does not have list those that it has. */
export function listAllowedValues(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isEnumType(type) && !type.name.startsWith('__')) listValuesOf(type);
  }
  return schema;
}

function listValuesOf(type: GraphQLEnumType): void {
  const values = type.getValues().filter(({ deprecationReason }) => deprecationReason == null);
  if (values.length > LISTED) return;
  const allowed = `Allowed are ${values.map(({ name }) => name).join(', ')}.`;
  const explained = <A extends unknown[]>(parse: (...args: A) => unknown) => {
    return (...args: A): unknown => {
      try {
        return parse.apply(type, args);
      } catch (error) {
        if (!(error instanceof GraphQLError)) throw error;
        throw new GraphQLError(`${error.message} ${allowed}`, { nodes: error.nodes ?? null });
      }
    };
  };
  type.parseValue = explained(type.parseValue);
  type.parseLiteral = explained(type.parseLiteral);
}
