import { buildSchema, type GraphQLField, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { ROUTES } from '../schema/permissions.js';
import { codeBlocks, PAGES, readPage, section } from './pages.js';

const schema = buildSchema(readPage('schema.graphql'));
const API_PAGE = readPage('docs/api.md');

/** Texts in backticks. */
const spans = (text: string): string[] => [...text.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);

/** A column of the tables in a text, without their heads. */
const column = (text: string, place: number): string[] =>
  [...text.matchAll(/^\|(.+)\|$/gm)].slice(2).map(([, row]) => row!.split(' | ')[place] ?? '');

it('the steps of docs/api.md name every query, mutation and subscription that is not deprecated, once', () => {
  const named = column(section(API_PAGE, 'GraphQL'), 1).flatMap(spans);
  const fields = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
    .flatMap((type): GraphQLField<unknown, unknown>[] => Object.values(type!.getFields()))
    .filter(({ deprecationReason }) => deprecationReason == null)
    .map(({ name }) => name);
  // `model { versions … }` shows where the exports are; the model itself is in another row.
  expect(named.filter((name) => !name.includes('{')).toSorted()).toEqual(fields.toSorted());
});

it('the routes of docs/api.md are those of the hub, with the role that each needs', () => {
  const routes = section(API_PAGE, 'Routes');
  const needs = column(routes, 2);
  const shown = column(routes, 0).flatMap((cell, row) => spans(cell).map((route) => [route, needs[row]!.trim()]));
  const known = Object.entries(ROUTES)
    .filter(([route]) => !route.endsWith('/{*path}')) // the page, and OPTIONS of every path, are below the table
    .map(([route, need]) => [
      route
        .replace('{/versions/:version}', '[/versions/{version}]')
        .replaceAll(/(?<!\\):(\w+)/g, '{$1}')
        .replace('\\:', ':'),
      need === 'open' ? /^nothing/ : need === 'any token' ? /^a token/ : new RegExp(`^${need[0]}$`),
    ]) as [string, RegExp][];
  expect(shown.map(([route]) => route).toSorted()).toEqual(known.map(([route]) => route).toSorted());
  for (const [route, need] of shown) expect(need, route).toMatch(known.find(([name]) => name === route)![1]);
});

it('the requests in the pages are valid', () => {
  const requests = PAGES.flatMap((page) =>
    codeBlocks(readPage(page)).flatMap(({ language, code }) =>
      language === 'graphql'
        ? [code]
        : [...code.matchAll(/"query":("(?:[^"\\]|\\.)*")/g)].map(([, text]) => JSON.parse(text!) as string),
    ),
  );
  expect(requests.length).toBeGreaterThan(4);
  for (const request of requests) expect(validate(schema, parse(request)), request).toEqual([]);
});
