import {
  type DocumentNode,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  typeFromAST,
  type ValueNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { HubError } from '../errors.js';
import { BOUNDS } from '../limits.js';
import { type Items, itemsOf, wrongLength } from '../schema/checked.js';

/** Names of the scalars that take any JSON. */
const JSON_SCALARS: ReadonlySet<string> = new Set(['JSON', 'JSONObject']);

/**
 * Checks the lengths of lists and texts and the size of JSON in the arguments of a valid document, before GraphQL converts
 * variables: a list of 60,000 items would take a second.
 * @throws BAD_INPUT for a list, LIMIT_EXCEEDED for a text or JSON, both as GraphQL errors.
 */
export function checkInputs(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): void {
  try {
    const lists = checkLiterals(schema, document);
    for (const { variable, type } of operation.variableDefinitions ?? []) {
      const name = variable.name.value;
      const declared = typeFromAST(schema, type) as GraphQLInputType | undefined;
      if (declared) checkValue(variables[name], declared, `$${name}`, lists.get(name));
    }
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    throw new GraphQLError(error.message, { originalError: error, extensions: { http: { status: 400 } } });
  }
}

/** Checks values written in the document. @returns the bounds of the lists that variables stand for. */
function checkLiterals(schema: GraphQLSchema, document: DocumentNode): ReadonlyMap<string, Items> {
  const types = new TypeInfo(schema);
  const lists = new Map<string, Items>();
  const check = (name: string, value: ValueNode, items: Items | undefined): void => {
    if (value.kind === Kind.STRING) checkText(value.value, name);
    if (!items) return;
    if (value.kind === Kind.LIST) checkLength(value.values.length, items, name);
    if (value.kind === Kind.VARIABLE) lists.set(value.name.value, items);
  };
  const visitor = visitWithTypeInfo(types, {
    Argument({ name, value }) {
      const argument = types.getArgument();
      check(name.value, value, argument ? itemsOf(argument) : undefined);
    },
    ObjectField({ name, value }) {
      const holder = getNamedType(types.getParentInputType());
      const field = isInputObjectType(holder) ? holder.getFields()[name.value] : undefined;
      check(name.value, value, field ? itemsOf(field) : undefined);
    },
  });
  visit(document, visitor);
  return lists;
}

/** Checks a variable's value as far as it has the declared type; GraphQL refuses the rest. */
function checkValue(value: unknown, type: GraphQLInputType, path: string, items: Items | undefined): void {
  if (value === null || value === undefined) return;
  if (isNonNullType(type)) checkValue(value, type.ofType, path, items);
  else if (isListType(type)) {
    const list = Array.isArray(value) ? value : [value]; // GraphQL takes a value for a list of one
    if (items) checkLength(list.length, items, path);
    for (const [i, item] of list.entries()) checkValue(item, type.ofType, `${path}[${i}]`, undefined);
  } else if (isInputObjectType(type)) {
    if (typeof value !== 'object') return;
    for (const field of Object.values(type.getFields())) {
      if (!Object.hasOwn(value, field.name)) continue;
      checkValue((value as Record<string, unknown>)[field.name], field.type, `${path}.${field.name}`, itemsOf(field));
    }
  } else if (typeof value === 'string') checkText(value, path);
  else if (JSON_SCALARS.has(type.name)) checkJson(value, path);
}

function checkLength(received: number, items: Items, path: string): void {
  if (received <= items.max) return; // too few are refused with all other problems of the input
  throw new HubError('BAD_INPUT', wrongLength(path, items, received), { limit: items.max, received });
}

function checkText({ length }: string, path: string): void {
  const { value } = BOUNDS.text;
  if (length <= value) return;
  const message = `${path} has ${length} characters; the limit of a text is ${value}.`;
  throw new HubError('LIMIT_EXCEEDED', message, { limit: value, received: length });
}

/** Checks the number and depth of the values, without recursion. */
function checkJson(json: unknown, path: string): void {
  const [values, depth] = [BOUNDS.jsonValues.value, BOUNDS.jsonDepth.value];
  let level: unknown[] = [json];
  for (let count = 0, deep = 0; level.length > 0; deep++) {
    count += level.length;
    if (count > values) throw tooMuchJson(path, `more than ${values} values`, values);
    if (deep > depth) throw tooMuchJson(path, `more than ${depth} levels`, depth);
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'string') checkText(value, path);
      if (typeof value === 'object' && value !== null) next.push(...Object.values(value).slice(0, values + 1));
    }
    level = next;
  }
}

function tooMuchJson(path: string, received: string, limit: number): HubError {
  return new HubError('LIMIT_EXCEEDED', `${path} has ${received}, the limit of JSON.`, { limit });
}
