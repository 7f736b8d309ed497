import { describe, expect, it } from 'vitest';
import { type DatasetVersionRow, toDatasetVersion } from '../../../src/domain/dataset/dataset-row.js';

const NO_OWNER = { createdBy: null, createdById: null, createdByRole: null };
const ROW: DatasetVersionRow = {
  id: '1',
  ...NO_OWNER,
  datasetId: '2',
  dataset: { id: '2', name: 'pets', description: null, ...NO_OWNER, createdAt: new Date(0) },
  number: 3,
  contentHash: 'a'.repeat(64),
  manifestBlob: 'b'.repeat(64),
  classes: ['cat', 'dog'],
  counts: [
    { name: 'cat', train: 5, validation: 1, test: 2 },
    { name: 'dog', train: 4, validation: 0, test: 3 },
  ],
  imageCount: 15,
  bytes: 1000n,
  width: 32,
  height: null,
  source: 'upload',
  rejected: [{ name: 'a.txt', reason: 'not an image' }],
  rejectedCount: 1,
  shards: [],
  statistics: null,
  inspectionBlob: null,
  derivation: null,
  createdAt: new Date(0),
};

describe('the row of a dataset version', () => {
  it('gives images by split and class', () => {
    const { splits, ...version } = toDatasetVersion(ROW);
    expect(version).toMatchObject({ dataset: 'pets', number: 3, classes: ['cat', 'dog'], width: 32, height: null });
    expect(splits.map(({ split, images }) => [split, images])).toEqual([
      ['train', 9],
      ['validation', 1],
      ['test', 5],
    ]);
    expect(splits[2]!.classes).toEqual([
      { label: 'cat', images: 2 },
      { label: 'dog', images: 3 },
    ]);
  });

  it.each([
    ['https://user:pass@host.example:8443/a/b.zip?X-Amz-Signature=secret#part', 'https://host.example:8443/a/b.zip'],
    ['HTTPS://host.example/b.zip', 'https://host.example/b.zip'],
    ['upload', 'upload'],
    ['/srv/data?/b.zip', '/srv/data?/b.zip'],
  ])('shows its source %s without secrets', (source, shown) => {
    expect(toDatasetVersion({ ...ROW, source }).source).toBe(shown);
  });

  it('written before statistics and derivations existed has none', () => {
    expect(toDatasetVersion(ROW)).toMatchObject({ statistics: null, derivation: null });
  });

  it('keeps nothing of a column but what the schema names', () => {
    const rejected = [{ name: 'a.txt', reason: 'not an image', path: '/secret' }];
    expect(toDatasetVersion({ ...ROW, rejected }).rejected).toEqual([{ name: 'a.txt', reason: 'not an image' }]);
  });

  it.each<[string, Partial<DatasetVersionRow>]>([
    ['classes', { classes: 'cat' }],
    ['counts', { counts: { train: { cat: 5 } } }],
    ['rejected', { rejected: [{ name: 'a.txt' }] }],
    ['statistics', { statistics: { width: 32 } }],
    ['derivation', { derivation: { parents: [], duplicates: 'SOME' } }],
  ])('is not read with a column %s of another shape', (column, damage) => {
    expect(() => toDatasetVersion({ ...ROW, ...damage })).toThrow(column);
  });
});
