import { readdirSync, readFileSync } from 'node:fs';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  parse,
  printSchema,
  validate,
  validateSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildHubSchema } from '../../src/schema/schema.js';

const committed = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

const schema = buildSchema(committed);

describe('schema.graphql', () => {
  it('is what the resolvers build; `npm run schema` writes it', () => {
    expect(committed).toBe(`${printSchema(lexicographicSortSchema(buildHubSchema()))}\n`);
  });

  it('is built without the check of type-graphql, and valid', () => {
    expect(validateSchema(buildHubSchema())).toEqual([]);
  });

  it('describes every type, field, argument and value', () => {
    const types = Object.values(schema.getTypeMap());
    const ours = types.filter((type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type));
    const without = ours.flatMap((type) => {
      const values = isEnumType(type) ? type.getValues() : [];
      const hasFields = isObjectType(type) || isInterfaceType(type) || isInputObjectType(type);
      const fields = hasFields ? Object.values(type.getFields()) : [];
      const args = fields.flatMap((field) => ('args' in field ? field.args : []));
      return [type, ...values, ...fields, ...args]
        .filter(({ description }) => !description)
        .map(({ name }) => `${type.name}: ${name}`);
    });
    expect(without).toEqual([]);
  });

  const requests = new URL('../requests/', import.meta.url);
  const texts: [string, string][] = [
    ...readdirSync(requests).map((name): [string, string] => [name, readFileSync(new URL(name, requests), 'utf8')]),
  ];

  it.each(texts)('knows all that %s asks for', (_, text) => {
    expect(validate(schema, parse(text))).toEqual([]);
  });
});
