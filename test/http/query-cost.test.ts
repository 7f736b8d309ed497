import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { checkCost } from '../../src/http/query-cost.js';
import { buildHubSchema } from '../../src/schema/schema.js';

const schema = buildHubSchema();
const costOf = (query: string): string => {
  try {
    checkCost(schema, { query: parse(query) });
  } catch (error) {
    return (error as Error).message;
  }
  return 'accepted';
};

const images = (first: number, side: number): string =>
  `{ datasetVersion(id: "x") { images(page: { first: ${first} }) { total images { thumbnail(side: ${side}) } } } }`;

describe('the cost of pictures', () => {
  it.each([
    ['a gallery', images(200, 96)],
    ['mistakes', '{ runMistakes(id: "x", first: 200) { images { thumbnail(side: 96) } } }'],
    [
      'duplicates',
      '{ datasetVersion(id: "x") { duplicates(page: { first: 20 }) { groups { images { thumbnail(side: 96) } } } } }',
    ],
    [
      'a difference',
      `{ diffDatasetVersions(from: "x", to: "y", page: { first: 24 }) { ${['added', 'removed', 'relabelled', 'moved']
        .map((kind) => `${kind} { changes { before { thumbnail(side: 96) } after { thumbnail(side: 96) } } }`)
        .join(' ')} } }`,
    ],
    ['a sheet', '{ datasetVersion(id: "x") { contactSheet(label: "a", columns: 20, rows: 20, side: 128) } }'],
  ])('lets pass what the page asks for: %s', (_, query) => {
    expect(costOf(query)).toBe('accepted');
  });

  it.each([
    [images(200, 512), 'The request asks for about 52428800 pixels of pictures; the limit is 40000000.'],
    [
      '{ datasetVersion(id: "x") { a: contactSheet(label: "a", columns: 20, rows: 20) b: contactSheet(label: "b", rows: 1, columns: 1) } }',
      'The request asks for about 401 pictures; the limit is 400.',
    ],
    [
      `{ ${[1, 2, 3].map((i) => `a${i}: runMistakes(id: "x", first: 200) { images { thumbnail } }`).join(' ')} }`,
      'The request asks for about 600 pictures; the limit is 400.',
    ],
    [
      `{ datasetVersion(id: "x") { images(page: { first: 200 }) { images { ...F a: thumbnail(side: 17) } } } } fragment F on DatasetImage { thumbnail b: thumbnail(side: 16) }`,
      'The request asks for about 600 pictures; the limit is 400.',
    ],
  ])('refuses %s', (query, message) => {
    expect(costOf(query)).toContain(message);
  });
});
