import { type GraphQLArgument, type GraphQLInputField, getNamedType, isEnumType } from 'graphql';
import { Extensions, type ValidatorFn } from 'type-graphql';
import { z } from 'zod';
import { NAME_PATTERN, NAME_RULE } from '../domain/names.js';
import { HubError } from '../errors.js';

/** Most problems that one refusal lists: an input may hold 100,000 items. */
const MOST_PROBLEMS = 20;

/** Most characters of a received value that a message repeats. */
const MOST_QUOTED = 100;

/** Schemas of fields, by the prototype of the class that declares them. */
const SCHEMAS = new Map<object, Map<string, z.ZodType>>();

/** How many items a list may have. */
export interface Items {
  readonly min: number;
  readonly max: number;
}

/** The bounds of schemas of lists. The GraphQL schema has them as extensions, so that they are known before a list is read. */
const ITEMS = new WeakMap<z.ZodType, Items>();

/** The bounds of a list in an argument or input field; a list of enum values has at most one of each. */
export function itemsOf({ type, extensions }: GraphQLArgument | GraphQLInputField): Items | undefined {
  const named = getNamedType(type);
  const given = extensions.items as Items | undefined;
  return given ?? (isEnumType(named) ? { min: 0, max: named.getValues().length } : undefined);
}

/** The sentence with which a list of another length is refused. @param field its path */
export function wrongLength(field: string, { min, max }: Items, received: number): string {
  return `${field} must have ${range(min, max)} items; it has ${received}.`;
}

/**
 * Checks an input field or argument against a schema before its resolver runs. An absent field and null are not checked.
 * In a message of the schema `$field` stands for the path of the field and `$value` for the value received.
 */
export function Checked(schema: z.ZodType): PropertyDecorator {
  return (prototype, field) => {
    const items = ITEMS.get(schema);
    if (items) Extensions({ items })(prototype, String(field));
    const fields = SCHEMAS.get(prototype) ?? new Map<string, z.ZodType>();
    SCHEMAS.set(prototype, fields.set(String(field), schema));
  };
}

/** A number of a range, both ends included. */
export function number(min: number, max = Number.POSITIVE_INFINITY): z.ZodType {
  const error = `$field must be ${range(min, max)}; $value was received.`;
  return z.number().min(min, error).max(max, error);
}

/** A text of so many characters. */
export function text(min: number, max: number): z.ZodType {
  const error = ({ input }: { input?: unknown }) =>
    `$field must have ${range(min, max)} characters; it has ${lengthOf(String(input))}.`;
  return z.string().refine((value) => lengthOf(value) >= min && lengthOf(value) <= max, { error });
}

/** A text of so many characters, without line breaks, control characters and marks that turn the direction of writing. */
export function line(min: number, max: number): z.ZodType {
  const error = '$field must be one line without control characters; $value was received.';
  return text(min, max).refine((value) => !/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u.test(String(value)), { error });
}

/** A list of so many items, each of which may be checked too. */
export function list(min: number, max: number, item: z.ZodType = z.unknown()): z.ZodArray {
  const error = ({ input }: { input?: unknown }) => wrongLength('$field', { min, max }, (input as unknown[]).length);
  const items = z.array(item).min(min, { error }).max(max, { error });
  ITEMS.set(items, { min, max });
  return items;
}

/** The list without repeated items. */
export function distinct(items: z.ZodArray): z.ZodType {
  const refined = items.refine((values) => new Set(values).size === values.length, {
    error: '$field must not repeat an item; send each one once.',
  });
  const bounds = ITEMS.get(items);
  if (bounds) ITEMS.set(refined, bounds);
  return refined;
}

/** A name of a dataset, model, alias, tag or token. */
export const NAME = z.string().regex(NAME_PATTERN, `${NAME_RULE} Received as $field: $value.`);

/** SHA-256 of a file, in hex. */
export const SHA256 = z.string().regex(/^[0-9a-f]{64}$/i, '$field must be 64 hex digits; $value was received.');

/** The id of a row. */
export const UUID = z.uuid('$field must be a UUID; $value was received.');

/** The check that type-graphql runs on every argument. @throws HubError BAD_INPUT with all problems found. */
export const checkArgument: ValidatorFn = (argument) => {
  const problems: string[] = [];
  for (const problem of problemsOf(argument, '')) if (problems.push(problem) === MOST_PROBLEMS) break;
  if (problems.length > 0) throw new HubError('BAD_INPUT', problems.join(' '), { problems });
};

/** Walks instances of input classes and lists of them. JSON, dates and uploads have no schemas and are left alone. */
function* problemsOf(value: unknown, path: string): Generator<string> {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) if (isInput(item)) yield* problemsOf(item, `${path}[${i}]`);
  } else if (isInput(value)) {
    for (const [field, content] of Object.entries(value)) {
      const at = path === '' ? field : `${path}.${field}`;
      const found = problemsOfField(schemaOf(value, field), content, at);
      if (found.length > 0) yield* found;
      else yield* problemsOf(content, at);
    }
  }
}

function problemsOfField(schema: z.ZodType | undefined, value: unknown, path: string): readonly string[] {
  if (schema === undefined || value === undefined || value === null) return [];
  const issues = schema.safeParse(value, { reportInput: true }).error?.issues ?? [];
  return issues.slice(0, MOST_PROBLEMS).map(({ message, path: inside, input }) => {
    const field = path + inside.map((key) => `[${String(key)}]`).join('');
    return message.replace(/\$(field|value)/g, (_, word) => (word === 'field' ? field : quote(input)));
  });
}

/** Whether a value is an instance of a class, as type-graphql makes of every input object. */
function isInput(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype !== null && prototype !== Object.prototype;
}

/** The schema of a field, which a class that it inherits from may have declared. */
function schemaOf(value: object, field: string): z.ZodType | undefined {
  for (let prototype = Object.getPrototypeOf(value); prototype !== null; prototype = Object.getPrototypeOf(prototype)) {
    const schema = SCHEMAS.get(prototype)?.get(field);
    if (schema) return schema;
  }
  return undefined;
}

function range(min: number, max: number): string {
  return max === Number.POSITIVE_INFINITY ? `${min} or more` : `${min} to ${max}`;
}

/** Characters of a text: a pair of surrogates is one. */
function lengthOf(value: string): number {
  return value.length - (value.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0);
}

function quote(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length > MOST_QUOTED ? `${json.slice(0, MOST_QUOTED)}…` : json;
}
