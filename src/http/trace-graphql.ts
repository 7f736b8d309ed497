import type { ApolloServerPlugin } from '@apollo/server';
import type { RequestHandler } from 'express';
import { defaultFieldResolver, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { HubError } from '../errors.js';
import type { Context } from '../schema/context.js';
import type { Span, Tracing } from '../tracing/tracing.js';

/** Begins a span for a GraphQL operation, within that of its request. `nameOperation` names it. */
export function traceOperation(tracing: Tracing | undefined): RequestHandler[] {
  if (!tracing) return [];
  const trace: RequestHandler = (_request, response, next) => {
    const span = tracing.begin('graphql', { parent: response.locals.span as Span });
    response.once('close', () => span.end());
    tracing.within(span, next);
  };
  return [trace];
}

/** Names the span of an operation by its type, and marks it as failed with the code of its first error. */
export function nameOperation(tracing: Tracing | undefined): ApolloServerPlugin<Context>[] {
  if (!tracing) return [];
  const plugin: ApolloServerPlugin<Context> = {
    async requestDidStart() {
      const span = tracing.current;
      return {
        async didResolveOperation({ operation, operationName }) {
          if (!operation) return;
          const { operation: type } = operation;
          span?.rename(type);
          const name = operationName ?? undefined;
          span?.set({ 'graphql.operation.type': type, 'graphql.operation.name': name });
        },
        async didEncounterErrors({ errors: [error] }) {
          span?.fail(typeOf(error?.originalError));
        },
      };
    },
  };
  return [plugin];
}

/** Makes a span of every field of Query and Mutation, the doors to the services. Fields below them would be too many. */
export function traceFields(schema: GraphQLSchema, tracing: Tracing | undefined): void {
  if (!tracing) return;
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const resolve: GraphQLFieldResolver<unknown, unknown> = field.resolve ?? defaultFieldResolver;
      const name = `${type?.name}.${field.name}`;
      field.resolve = (...args: Parameters<typeof resolve>) => tracing.run(name, {}, async () => resolve(...args));
    }
  }
}

const typeOf = (error: Error | null | undefined): string => (error instanceof HubError ? error.code : 'GRAPHQL');
