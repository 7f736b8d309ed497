import {
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkInputs } from '../../src/http/inputs.js';
import { BOUNDS } from '../../src/limits.js';
import { itemsOf } from '../../src/schema/checked.js';
import { buildHubSchema } from '../../src/schema/schema.js';

const schema = buildHubSchema();
const isList = (type: GraphQLInputType): boolean => isListType(getNullableType(type));

/** An argument of the API, and where in its value a field is: `['parameters', 'values']`. */
interface Place {
  readonly field: string;
  readonly argument: GraphQLArgument;
  readonly path: readonly string[];
  readonly found: GraphQLArgument | GraphQLInputField;
}

/** Every argument, and every field of every input object in it. */
function* places(): Generator<Place> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!('getFields' in type) || isInputObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      for (const argument of field.args ?? []) yield* below(`${type.name}.${field.name}`, argument, [], argument);
    }
  }
}

function* below(
  field: string,
  argument: GraphQLArgument,
  path: readonly string[],
  found: Place['found'],
): Generator<Place> {
  yield { field, argument, path, found };
  const named = getNamedType(found.type);
  if (!isInputObjectType(named) || path.length > 5) return;
  for (const inner of Object.values(named.getFields())) yield* below(field, argument, [...path, inner.name], inner);
}

/** The value of an argument that has `value` at a place; lists on the way have one item. */
function wrapped(type: GraphQLInputType, [name, ...path]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value;
  const holder = getNamedType(type);
  if (!isInputObjectType(holder)) throw new Error(`${String(type)} has no field ${name}`);
  const object = { [name]: wrapped(holder.getFields()[name]!.type, path, value) };
  return isList(type) ? [object] : object;
}

/** Checks a request with `value` at a place. */
function send({ field, argument, path }: Place, value: unknown): void {
  const document = parse(`query ($v: ${argument.type}) { ${field.split('.')[1]}(${argument.name}: $v) }`);
  // Fields of other types than Query are asked in a fragment of their type.
  const [type] = field.split('.');
  const text = `query ($v: ${argument.type}) { ...F } fragment F on ${type} { ${field.split('.')[1]}(${argument.name}: $v) }`;
  const asked = type === 'Query' ? document : parse(text);
  const operation = asked.definitions[0] as OperationDefinitionNode;
  checkInputs(schema, asked, operation, { v: wrapped(argument.type, path, value) });
}

const refusalOf = (work: () => void): { message: string; milliseconds: number } => {
  const began = process.cpuUsage(); // not the time of other programs
  try {
    work();
  } catch (error) {
    return { message: (error as Error).message, milliseconds: process.cpuUsage(began).user / 1000 };
  }
  throw new Error('it was not refused');
};

describe('the schema', () => {
  const lists = [...places()].filter(({ found }) => isList(found.type));
  const nameOf = ({ field, argument, path }: Place): string => [field, argument.name, ...path].join('.');

  it.each(lists.map((place) => [nameOf(place), place] as const))('bounds the list %s', (_, place) => {
    const items = itemsOf(place.found);
    expect(items?.max).toBeGreaterThan(0);
    const most = items!.max;
    const { message, milliseconds } = refusalOf(() => send(place, new Array(Math.max(60_000, most + 1)).fill('A')));
    expect(message).toContain(`to ${most} items; it has ${Math.max(60_000, most + 1)}.`);
    expect(milliseconds).toBeLessThan(200);
    send(place, []); // checked elsewhere
  });

  it('has lists to bound', () => {
    expect(lists.length).toBeGreaterThan(15);
  });

  const scalars = [...places()].filter(({ found }) => ['String', 'ID'].includes(getNamedType(found.type).name));
  it.each(scalars.map((place) => [nameOf(place), place] as const))('bounds the text %s', (_, place) => {
    const { value } = BOUNDS.text;
    const text = 'a'.repeat(value + 1);
    const { message } = refusalOf(() => send(place, isList(place.found.type) ? [text] : text));
    expect(message).toContain(`has ${value + 1} characters; the limit of a text is ${value}.`);
  });

  const json = [...places()].filter(({ found }) => getNamedType(found.type).name === 'JSON');
  it.each(json.map((place) => [nameOf(place), place] as const))('bounds the JSON of %s', (_, place) => {
    const deep = (levels: number): unknown => Array.from({ length: levels }).reduce((inner) => [inner], 1);
    const item = (value: unknown): unknown => (isList(place.found.type) ? [value] : value);
    expect(refusalOf(() => send(place, item(deep(100_000)))).message).toContain('more than 10 levels');
    expect(refusalOf(() => send(place, item(new Array(60_000).fill(1)))).message).toContain('more than 2000 values');
    send(place, item({ a: [1, 2] }));
  });
});

describe('a list in the document', () => {
  it('is bounded like one in the variables', () => {
    const ids = Array.from({ length: 11 }, () => '"x"').join();
    const document = parse(`{ compareRuns(ids: [${ids}]) { labels } }`);
    const { message } = refusalOf(() =>
      checkInputs(schema, document, document.definitions[0] as OperationDefinitionNode, {}),
    );
    expect(message).toBe('ids must have 2 to 10 items; it has 11.');
  });
});
