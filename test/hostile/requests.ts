import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { randomStream } from '../../src/random.js';
import { type HostileCase, post } from './hostile-case.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'multipart/form-data; boundary=B', 'apollo-require-preflight': 'true' };
const REFUSED = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'BAD_INPUT',
  'LIMIT_EXCEEDED',
  'OPERATION_RESOLUTION_FAILURE',
];
/** Most are refused; of the others it is only asked that they do no harm. */
const REFUSED_OR_ANSWERED = [...REFUSED, 'PERSISTED_QUERY_NOT_SUPPORTED', 'NOT_FOUND', 'IMAGE_REFUSED', null];

const many = (text: string, count: number): string => text.repeat(count);
const numbered = (count: number, make: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => make(i)).join(' ');

const QUERIES: readonly (readonly [string, string])[] = [
  ['5,000 fields in each other', `${many('{a', 5000)}${many('}', 5000)}`],
  ['100,000 open braces', many('{', 100_000)],
  ['20,000 lists in each other', `{ datasets(a: ${many('[', 20_000)}${many(']', 20_000)}) { name } }`],
  ['20,000 objects in each other', `{ datasets(a: ${many('{a:', 20_000)}1${many('}', 20_000)}) { name } }`],
  ['20,000 list types in each other', `query ($a: ${many('[', 20_000)}Int${many(']', 20_000)}) { datasets { name } }`],
  ['one field 20,000 times', `{ ${many('datasets{name} ', 20_000)} }`],
  ['3,000 fields under other names', `{ ${numbered(3000, (i) => `a${i}: datasets { name }`)} }`],
  ['3,000 fields under one name', `{ ${numbered(3000, (i) => `a: run(id: "${i}") { id }`)} }`],
  ['10,000 directives', `{ datasets ${many('@a ', 10_000)} { name } }`],
  ['10,000 skips', `{ datasets { ${many('name @skip(if: true) ', 10_000)} } }`],
  ['a fragment of itself', '{ ...A } fragment A on Query { ...A }'],
  ['fragments of each other', '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'],
  [
    'a chain of 2,000 fragments',
    `{ ...A0 } ${numbered(2000, (i) => `fragment A${i} on Query { ...A${i + 1} }`)} fragment A2000 on Query { version }`,
  ],
  [
    'fragments that double 20 times',
    `{ ...A0 } ${numbered(20, (i) => `fragment A${i} on Query { x: datasets { name } ...A${i + 1} ...A${i + 1} }`)} fragment A20 on Query { datasets { name } }`,
  ],
  ['one field 1,200 times', `{ ${many('datasets{name} ', 1200)} }`],
  ['one field in 300 fragments', `{ ${many('...{datasets{name}} ', 300)} }`],
  [
    'a field in 90 named fragments',
    `{ ${numbered(90, (i) => `...F${i}`)} } ${numbered(90, (i) => `fragment F${i} on Query { datasets { name } }`)}`,
  ],
  [
    '50 sheets of 400 pictures',
    `{ datasetVersion(id: "x") { ${numbered(50, (i) => `a${i}: contactSheet(label: "a", columns: 20, rows: 20, side: 128)`)} } }`,
  ],
  [
    '200 pictures of 512 pixels',
    '{ datasetVersion(id: "x") { images(page: { first: 200 }) { images { thumbnail(side: 512) } } } }',
  ],
  ['a list of 2,000 states', `{ runs(filter: { states: [${many('QUEUED ', 2000)}] }) { next } }`],
  ['5,000 variables', `query (${numbered(5000, (i) => `$a${i}: Int`)}) { datasets { name } }`],
  ['5,000 operations', numbered(5000, (i) => `query a${i} { datasets { name } }`)],
  ['a text of 900 KB', `{ run(id: "${many('a', 900_000)}") { id } }`],
  ['a text block that does not end', '{ run(id: """ '],
  ['a name of 500 KB', `{ ${many('a', 500_000)} }`],
  ['a comment of 900 KB', `# ${many('a', 900_000)}`],
  ['a number of 100,000 digits', `{ runs(page: { first: ${many('9', 100_000)} }) { next } }`],
  ['a number that is infinite', '{ runs(page: { first: 1e999 }) { next } }'],
  ['an id of zero bytes', '{ run(id: "\\u0000") { id } }'],
  ['half a surrogate', '{ run(id: "\\uD800") { id } }'],
  ['an id that is SQL', `{ run(id: "'; DROP TABLE runs; --") { id } }`],
  ['a cursor of somebody else', '{ runs(page: { after: "../../etc/passwd" }) { next } }'],
  [
    'the whole schema 20 times',
    `{ ${numbered(20, (i) => `a${i}: __schema { types { fields { type { fields { type { fields { name } } } } } } }`)} }`,
  ],
  ['a type by the name __proto__', '{ __type(name: "__proto__") { name } }'],
  ['fields that every object has', '{ constructor toString hasOwnProperty __proto__ }'],
  ['aliases that every object has', '{ constructor: datasets { name } toString: models { name } }'],
  ['a mutation in a query', 'query { createDataset(input: { name: "x" }) { id } }'],
  ['a subscription over HTTP', 'subscription { runEvents(id: "x") { number } }'],
  ['a definition of types', 'type Query { a: Int } extend type Mutation { b: Int }'],
  ['no operation', 'fragment A on Query { datasets { name } }'],
  ['nothing', ''],
  ['a query behind a byte order mark', '\ufeff{ datasets { name } }'],
];

const NAMES = ['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'valueOf'];
const QUERY = 'query ($id: ID!) { run(id: $id) { id } }';

const BODIES: readonly (readonly [string, string | Uint8Array])[] = [
  [
    'a list of 1,000 requests',
    JSON.stringify(Array.from({ length: 1000 }, () => ({ query: '{ datasets { name } }' }))),
  ],
  [
    '100,000 lists in each other',
    `{"query":"{ datasets { name } }","variables":${many('[', 100_000)}${many(']', 100_000)}}`,
  ],
  [
    '100,000 objects in each other',
    `{"query":"{ datasets { name } }","variables":${many('{"a":', 100_000)}1${many('}', 100_000)}}`,
  ],
  [
    '100,000 keys',
    `{"query":"{ datasets { name } }","variables":{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":1`).join()}}}`,
  ],
  ...(
    [
      ['compareRuns(ids: $v) { runs { id } }', '[ID!]!', 'x'],
      ['runs(filter: { states: $v }) { next }', '[RunState!]', 'QUEUED'],
      ['runs(filter: $v) { next }', 'RunFilter', { states: new Array(60_000).fill('QUEUED') }],
      ['auditEvents(filter: { actions: $v }) { events { number } }', '[AuditAction!]', 'TOKEN_CREATED'],
    ] as const
  ).map(
    ([field, type, item]) =>
      [
        `60,000 items for ${field}`,
        JSON.stringify({
          query: `query ($v: ${type}) { ${field} }`,
          variables: { v: typeof item === 'string' ? new Array(60_000).fill(item) : item },
        }),
      ] as const,
  ),
  ['a text of 900 KB in a variable', JSON.stringify({ query: QUERY, variables: { id: many('a', 900_000) } })],
  ['a query that is a number', '{"query":1}'],
  ['a query that is a list', '{"query":["{ datasets { name } }"]}'],
  ['variables that are a text', '{"query":"{ datasets { name } }","variables":"x"}'],
  ['variables that are a list', '{"query":"{ datasets { name } }","variables":[1]}'],
  ['an operation name that is an object', '{"query":"{ datasets { name } }","operationName":{}}'],
  ['a hash in place of a query', '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}'],
  ['null', 'null'],
  ['a text', '"{ datasets { name } }"'],
  ['half of an object', '{"query":"{ data'],
  ['bytes that are no UTF-8', Buffer.from('{"query":"\xff\xfe\xfd"}', 'latin1')],
  ['zeros', new Uint8Array(1000)],
  ['nothing', ''],
  ['an exponent that is too large', `{"query":${JSON.stringify(QUERY)},"variables":{"id":1e9999}}`],
  ...NAMES.map(
    (name) =>
      [
        `a variable ${name}`,
        `{"query":${JSON.stringify(QUERY)},"variables":{"id":"x","${name}":{"polluted":true}}}`,
      ] as const,
  ),
  ...NAMES.map(
    (name) =>
      [
        `a field ${name} beside the query`,
        `{"query":${JSON.stringify(QUERY)},"${name}":{"polluted":true},"variables":{"id":"x"}}`,
      ] as const,
  ),
  ...NAMES.map(
    (name) =>
      [`an operation named ${name}`, `{"query":"query a { datasets { name } }","operationName":"${name}"}`] as const,
  ),
];

const part = (name: string, content: string, more = ''): string =>
  `--B\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${content}\r\n`;
const OPERATIONS = JSON.stringify({
  query: 'mutation ($image: Upload!) { classify(image: $image, model: "colours") { label } }',
  variables: { image: null },
});
const file = (name: string): string => part('0', 'photo', `; filename="${name}"`);
const form = (map: unknown, operations = OPERATIONS, files = file('a.jpg')): string =>
  `${part('operations', operations)}${part('map', typeof map === 'string' ? map : JSON.stringify(map))}${files}--B--\r\n`;

const FORMS: readonly (readonly [string, string])[] = [
  ...NAMES.flatMap((name) =>
    [`${name}`, `variables.${name}`, `variables.image.${name}`, `${name}.variables.image`].map(
      (path) => [`a map to ${path}`, form({ 0: [path] })] as const,
    ),
  ),
  ['a map of 10,000 paths', form({ 0: Array.from({ length: 10_000 }, () => 'variables.image') })],
  ['a map to a place of 10,000 dots', form({ 0: [`variables${many('.image', 10_000)}`] })],
  ['a map to a path of 100,000 steps', form({ 0: [many('a.', 100_000)] })],
  ['a map of 20,000 files', form(Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [i, []])))],
  ['a map to 20,000 places', form({ 0: Array.from({ length: 20_000 }, (_, i) => `variables.images.${i}`) })],
  ['a file twice', form({ 0: ['variables.image'] }, OPERATIONS, `${file('a.jpg')}${file('b.jpg')}`)],
  ['the operations twice', `${part('operations', OPERATIONS)}${form({ 0: ['variables.image'] })}`],
  ['a map to an empty path', form({ 0: [''] })],
  ['a map of one file twice', form('{"0":["variables.image"],"0":["variables.image"]}')],
  ['a map of null', form('null')],
  ['a map of nulls', form({ 0: null })],
  ['operations of a list', form({ 0: ['0.variables.image'] }, `[${OPERATIONS}]`)],
  ['operations of null', form({ 0: ['variables.image'] }, 'null')],
  ['operations of 100,000 lists', form({ 0: ['variables.image'] }, many('[', 100_000))],
  ['a file in place of the operations', `${part('operations', OPERATIONS, '; filename="x"')}--B--\r\n`],
  ['a file name of 60 KB', form({ 0: ['variables.image'] }, OPERATIONS, file(many('a', 60_000)))],
  ['a file name with a way up', form({ 0: ['variables.image'] }, OPERATIONS, file('../../../../etc/passwd'))],
  ['a part without a name', '--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--\r\n'],
  ['a part without headers', '--B\r\n\r\nx\r\n--B--\r\n'],
  ['a header of 1 MB', `--B\r\nX: ${many('a', 1_000_000)}\r\n\r\nx\r\n--B--\r\n`],
  ['10,000 headers', `--B\r\n${many('X: a\r\n', 10_000)}\r\nx\r\n--B--\r\n`],
  ['10,000 parts', `${many(part('x', 'x'), 10_000)}--B--\r\n`],
];

const TOKENS = [
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  '!',
  '$',
  ':',
  '@',
  '...',
  '|',
  '&',
  '=',
  '"',
  '"""',
  '\\',
  '#',
  '\n',
  ' ',
  'a',
  'datasets',
  'name',
  'run',
  'id',
  'query',
  'fragment',
  'on',
  'Query',
  'mutation',
  'null',
  'true',
  '1',
  '-1',
  '1.5e9',
  '\u0000',
  '\u2028',
  '😀',
];

/** Texts that no grammar made. */
function soups(count: number): [string, string][] {
  const random = randomStream(1, 'soup');
  return Array.from({ length: count }, (_, i): [string, string] => {
    const length = uniformInt(random, 1, 200);
    return [`soup ${i}`, Array.from({ length }, () => TOKENS[uniformInt(random, 0, TOKENS.length - 1)]).join(' ')];
  });
}

/** Requests that nest, multiply or reach for what is not theirs. */
export function requestCases(): HostileCase[] {
  const queries = [...QUERIES, ...soups(60)].map(([name, query]) => [name, JSON.stringify({ query })] as const);
  const of = (
    kind: string,
    cases: readonly (readonly [string, string | Uint8Array])[],
    headers: Readonly<Record<string, string>>,
  ): HostileCase[] =>
    cases.map(([name, body]) => ({
      name: `${kind}: ${name}`,
      answers: REFUSED_OR_ANSWERED,
      attack: (hub) => post(hub, body, headers),
    }));
  return [...of('a query', queries, JSON_TYPE), ...of('a body', BODIES, JSON_TYPE), ...of('a form', FORMS, FORM_TYPE)];
}
