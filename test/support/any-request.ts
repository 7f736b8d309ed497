import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
} from 'graphql';

/** Valid values of scalars in GraphQL syntax, which name nothing that exists. */
const SCALARS: Readonly<Record<string, string>> = {
  ID: '"00000000-0000-7000-8000-000000000000"',
  String: '"no-such-thing"',
  Int: '1',
  Float: '1',
  Boolean: 'false',
  DateTime: '"2100-01-01T00:00:00Z"',
  JSON: '{}',
  JSONObject: '{}',
  Upload: '$file',
};

/** Values of arguments by path, for example `input.model`. */
export type Chosen = Readonly<Record<string, string>>;

/** A valid request for a query, mutation or subscription, with its required arguments only. */
export function anyRequest(operation: string, { name, args, type }: GraphQLField<unknown, never>, chosen: Chosen) {
  const given = argumentsOf(args, '', chosen);
  const fields = isCompositeType(getNamedType(type)) ? '{ __typename }' : '';
  const takesFile = given.includes(SCALARS.Upload as string);
  const query = `${operation}${takesFile ? ' ($file: Upload!)' : ''} { ${name}${given && `(${given})`} ${fields} }`;
  return { query, takesFile };
}

type Argument = Pick<GraphQLArgument, 'name' | 'type' | 'defaultValue'>;

function argumentsOf(all: readonly Argument[], path: string, chosen: Chosen): string {
  const texts = all.flatMap(({ name, type, defaultValue }) => {
    const at = path ? `${path}.${name}` : name;
    const isRequired = isNonNullType(type) && defaultValue === undefined;
    const leadsToChosen = Object.keys(chosen).some((path) => path === at || path.startsWith(`${at}.`));
    return isRequired || leadsToChosen ? [`${name}: ${textOf(type, at, chosen)}`] : [];
  });
  return texts.join(', ');
}

function textOf(type: GraphQLInputType, path: string, chosen: Chosen): string {
  if (path in chosen) return JSON.stringify(chosen[path]);
  if (isNonNullType(type)) return textOf(type.ofType, path, chosen);
  if (isListType(type)) return `[${textOf(type.ofType, path, chosen)}]`;
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) return `{ ${argumentsOf(Object.values(type.getFields()), path, chosen)} }`;
  const value = SCALARS[type.name];
  if (value === undefined) throw new Error(`say in any-request.ts what fits ${type.name}`);
  return value;
}

/** An argument, or a field of an input type, that is a text: its path, for example `input.runId`, its name and its type. */
export interface TextArgument {
  readonly path: string;
  readonly name: string;
  readonly type: 'ID' | 'String';
}

/** All texts that the arguments hold, in input types too. */
export function textArguments(args: readonly Pick<GraphQLArgument, 'name' | 'type'>[], within = ''): TextArgument[] {
  return args.flatMap(({ name, type }): TextArgument[] => {
    const path = within ? `${within}.${name}` : name;
    const named = getNamedType(type as GraphQLInputType);
    if (isInputObjectType(named)) return textArguments(Object.values(named.getFields()), path);
    return named.name === 'ID' || named.name === 'String' ? [{ path, name, type: named.name }] : [];
  });
}
