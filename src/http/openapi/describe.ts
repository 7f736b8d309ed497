import { z } from 'zod';
import { INFERENCE, inferenceError } from '../inference/routes.js';
import type { Contents, Route } from '../route.js';
import { versionSchema } from '../version-of.js';

type Json = Readonly<Record<string, unknown>>;

/** A route at one path of the description. */
export interface OperationObject {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly security: readonly Json[];
  readonly parameters: readonly ParameterObject[];
  readonly requestBody?: { readonly required: boolean; readonly content: ContentObject };
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

export interface ParameterObject {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Json;
}

type ContentObject = Readonly<Record<string, { readonly schema: Json }>>;

interface ResponseObject {
  readonly description: string;
  readonly headers?: Json;
  readonly content?: ContentObject;
}

/** An OpenAPI 3.1 document. */
export interface Description {
  readonly openapi: string;
  readonly info: Json;
  readonly servers: readonly Json[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>>; readonly securitySchemes: Json };
}

/** Parts of paths. */
const IN_PATH: Readonly<Record<string, { readonly schema: z.ZodType; readonly description: string }>> = {
  model: { schema: z.string(), description: 'Name of a model.' },
  version: { schema: versionSchema, description: 'Number of a version.' },
  id: { schema: z.string(), description: 'Id of a prediction job.' },
};

const STATUSES: Readonly<Record<number, string>> = {
  200: 'OK',
  307: 'Redirect to the bucket that has the file',
  400: 'The request is not valid',
  401: 'The token is missing or invalid',
  403: 'The token lacks the role, or is for another model',
  404: 'There is nothing of this name that serves',
  409: 'It is not ready yet',
  413: 'The body or the file is too large',
  415: 'The content type or the encoding of the body is not supported',
  422: 'The photo cannot be read or takes too much memory, or the version answers with values that are not numbers',
  429: 'The hub is overloaded, or the token has sent too many requests',
  501: 'The hub does not do this',
  503: 'The hub starts or stops, or its database or bucket does not answer',
  504: 'The deadline has passed',
  507: 'The disk is full',
};

/** Statuses whose answers say in `Retry-After` when to ask again. */
const RETRIED: readonly number[] = [429, 503];
const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'integer' } },
};

const ERRORS: Readonly<Record<'Error' | 'InferenceError', z.ZodType>> = {
  Error: z.object({
    errors: z.array(
      z.object({
        message: z.string(),
        extensions: z.looseObject({ code: z.string().describe('A fixed word, such as BAD_INPUT.') }),
      }),
    ),
  }),
  InferenceError: z.object({ error: z.string() }),
};

/** Describes routes as an OpenAPI 3.1 document. @param basePath of the hub behind a proxy, such as `/hub`; else empty. */
export function describe(routes: readonly Route[], basePath: string): Description {
  const schemas: Record<string, Json> = Object.fromEntries(
    Object.entries(ERRORS).map(([name, schema]) => [name, jsonSchemaOf(schema)]),
  );
  const paths: Record<string, Record<string, OperationObject>> = {};
  for (const route of routes) {
    for (const [i, path] of pathsOf(route.path).entries()) {
      const operation = operationOf(route, path, i === 0 ? '' : 'OfVersion', schemas);
      paths[path] = { ...paths[path], [route.method]: operation };
    }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Model Hub',
      version: '1',
      summary: 'HTTP routes of a model hub besides GraphQL.',
      description: `GraphQL, at ${basePath}/graphql, has everything else: datasets, runs, models, promotions.`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: basePath || '/' }],
    paths,
    components: { schemas, securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  };
}

/** The paths for one of Express's, with and without its optional part. */
function pathsOf(path: string): string[] {
  const required = path.replace(/\{.*\}/, '');
  const whole = path.replace(/\{(.*)\}/, '$1');
  const plain = (each: string): string => each.replaceAll(/(?<!\\):(\w+)/g, '{$1}').replaceAll('\\', '');
  return [...new Set([plain(required), plain(whole)])];
}

function operationOf(route: Route, path: string, suffix: string, schemas: Record<string, Json>): OperationObject {
  const { name, summary, description, needs, body, answers, query } = route;
  const isInference = path.startsWith(INFERENCE) || route.errorForm === inferenceError;
  const error = { schema: { $ref: `#/components/schemas/${isInference ? 'InferenceError' : 'Error'}` } };
  const content = (contents: Contents): ContentObject =>
    Object.fromEntries(Object.entries(contents).map(([type, schema]) => [type, { schema: named(schema, schemas) }]));
  const answered = Object.entries(answers).map(([status, contents]): [string, ResponseObject] => [
    status,
    { description: STATUSES[Number(status)] as string, content: content(contents) },
  ]);
  const refused = refusalsOf(route).map((status): [string, ResponseObject] => [
    String(status),
    {
      description: STATUSES[status] as string,
      ...(RETRIED.includes(status) ? { headers: RETRY_AFTER } : {}),
      content: { 'application/json': error },
    },
  ]);
  return {
    operationId: `${name}${suffix}`,
    summary,
    description: [description, needs ? `Needs the role ${needs.role}.` : 'Needs no token.']
      .filter(Boolean)
      .join('\n\n'),
    tags: [tagOf(path, isInference)],
    security: needs ? [{ token: [] }] : [],
    parameters: [...pathParameters(path), ...(query ? queryParameters(query) : [])],
    ...(body ? { requestBody: { required: !Object.values(body).some(hasDefault), content: content(body) } } : {}),
    responses: {
      ...Object.fromEntries([...answered, ...refused]),
      default: { description: 'Any other refusal', content: { 'application/json': error } },
    },
  };
}

const hasDefault = (schema: z.ZodType): boolean => schema instanceof z.ZodDefault;

function refusalsOf({ needs, query, refusals = [], answers }: Route): number[] {
  const all = new Set([...(needs ? [401, 403, 429] : []), ...(query ? [400] : []), ...refusals]);
  return [...all].filter((status) => !(status in answers)).sort((a, b) => a - b);
}

function tagOf(path: string, isInference: boolean): string {
  if (path.startsWith(INFERENCE)) return 'Open Inference Protocol';
  if (isInference) return 'KServe version 1';
  return path.startsWith('/v1') ? 'REST' : 'Operations';
}

function pathParameters(path: string): ParameterObject[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => {
    const { schema, description } = IN_PATH[name] as (typeof IN_PATH)[string];
    return { name, in: 'path', required: true, description, schema: jsonSchemaOf(schema) };
  });
}

function queryParameters(query: z.ZodObject): ParameterObject[] {
  const { properties = {}, required = [] } = jsonSchemaOf(query) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description: description as string }),
    schema,
  }));
}

/** The JSON Schema, in which schemas with an `id` are references. @param schemas takes those. */
function named(schema: z.ZodType, schemas: Record<string, Json>): Json {
  const text = JSON.stringify(jsonSchemaOf(schema)).replaceAll('#/$defs/', '#/components/schemas/');
  const { $defs, ...described } = JSON.parse(text) as Json & { $defs?: Record<string, Json> };
  Object.assign(schemas, $defs);
  return described;
}

/** What a schema reads, in JSON Schema's draft 2020-12, which OpenAPI 3.1 uses. */
function jsonSchemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io: 'input', override: describeFewItems });
  return described;
}

/** Describes lists that are bounded before their items are read with their items. */
function describeFewItems({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: object }): void {
  const { def } = zodSchema._zod;
  if (def.type !== 'pipe' || !(def.in instanceof z.ZodArray) || !(def.out instanceof z.ZodType)) return;
  Object.assign(jsonSchema, { ...jsonSchemaOf(def.out), ...jsonSchema, items: jsonSchemaOf(def.out).items });
}
