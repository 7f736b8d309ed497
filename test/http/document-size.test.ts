import { expect, it } from 'vitest';
import { parseDocument } from '../../src/http/document-size.js';

const MANY = '[({'.repeat(100);

it.each([
  ['a string', `{ a(b: "${MANY} \\" ${MANY}") }`],
  ['a string of several lines', `{ a(b: """${MANY}\n" ${MANY} \\""" ${MANY}""") }`],
  ['a comment', `{ a # " ${MANY}\n}`],
])('brackets in %s are no nesting', (_, query) => {
  expect(parseDocument(query).definitions).toHaveLength(1);
});

it.each([
  ['a string', `{ a(b: "") ${'{a'.repeat(101)} }`],
  ['a comment', `{ a # "\n${'{a'.repeat(101)} }`],
])('brackets behind %s are', (_, query) => {
  expect(() => parseDocument(query)).toThrow('102 brackets within brackets of a GraphQL document; the limit is 100.');
});
