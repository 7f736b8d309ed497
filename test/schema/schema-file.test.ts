import { readdirSync, readFileSync } from 'node:fs';
import { buildSchema, lexicographicSortSchema, parse, printSchema, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { buildHubSchema } from '../../src/schema/schema.js';

const committed = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

describe('schema.graphql', () => {
  it('is what the resolvers build; `npm run schema` writes it', () => {
    expect(committed).toBe(`${printSchema(lexicographicSortSchema(buildHubSchema()))}\n`);
  });

  const requests = new URL('../requests/', import.meta.url);
  const texts: [string, string][] = [
    ...readdirSync(requests).map((name): [string, string] => [name, readFileSync(new URL(name, requests), 'utf8')]),
  ];

  it.each(texts)('knows all that %s asks for', (_, text) => {
    expect(validate(buildSchema(committed), parse(text))).toEqual([]);
  });
});
