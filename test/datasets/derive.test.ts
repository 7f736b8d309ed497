import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { type Derivation, derive } from '../../src/datasets/derive.js';
import { diff } from '../../src/datasets/diff.js';
import { ingestImages } from '../../src/datasets/ingest.js';
import type { Manifest } from '../../src/datasets/manifest.js';
import { ShardReader } from '../../src/datasets/read-manifest.js';
import { type Files, images, noise, png } from './archives.js';
import { sourceOf, temporaryStore } from './fixtures.js';

const UNCHANGED: Derivation = {
  classes: null,
  rename: [],
  relabel: [],
  without: [],
  duplicates: 'KEEP',
  fraction: 1,
  seed: 0,
};
const SPLITS = ['train', 'validation', 'test'];

const change = (parents: readonly Manifest[], changes: Partial<Derivation>) =>
  derive(parents, { ...UNCHANGED, ...changes });

const counts = ({ classes, images: all }: Manifest) =>
  Object.fromEntries(
    classes.map((name, label) => [
      name,
      SPLITS.map((split) => all.filter((i) => i.label === label && i.split === split).length),
    ]),
  );

const namesIn = (manifest: Manifest, className: string) =>
  manifest.images
    .filter(({ label }) => manifest.classes[label] === className)
    .map(({ name }) => name)
    .sort();

interface Parents {
  /** Three classes with four images each to train and to test on. */
  readonly pets: Manifest;
  /** Two classes with two, and one image that is in both splits. */
  readonly birds: Manifest;
}
let made: Promise<Parents> | undefined;

/** Made once: deriving looks at no store. */
async function parents(): Promise<Parents> {
  made ??= makeParents();
  return made;
}

async function makeParents(): Promise<Parents> {
  const same = await png(7);
  const twice = { 'train/owl/same.png': same, 'test/owl/same.png': same };
  return {
    pets: await ingested(await images(['train/cat', 'train/dog', 'train/fox', 'test/cat', 'test/dog', 'test/fox'], 4)),
    birds: await ingested({ ...(await images(['train/owl', 'train/tit', 'test/owl', 'test/tit'], 2)), ...twice }),
  };
}

const ingested = async (files: Files): Promise<Manifest> =>
  (await ingestImages(await sourceOf(files), (await temporaryStore()).blobs, { testFraction: 0 })).manifest;

describe('a derived version', () => {
  it('of nothing changed is the same version', async () => {
    const { pets } = await parents();
    expect(await change([pets], {})).toEqual(pets);
  });

  it('keeps some classes', async () => {
    const { pets } = await parents();
    const kept = await change([pets], { classes: ['dog', 'cat'] });
    expect(counts(kept)).toEqual({ cat: [4, 0, 4], dog: [4, 0, 4] });
    expect(kept.images.every(({ label }) => label < 2)).toBe(true);
  });

  it('renames classes, and makes two of them one', async () => {
    const { pets } = await parents();
    const renamed = await change([pets], {
      rename: [
        { from: 'fox', to: 'dog' },
        { from: 'cat', to: 'kitten' },
      ],
    });
    expect(counts(renamed)).toEqual({ dog: [8, 0, 8], kitten: [4, 0, 4] });
    expect(namesIn(renamed, 'kitten')).toEqual(namesIn(pets, 'cat'));
  });

  it('gives single images another class, or leaves them out', async () => {
    const { pets } = await parents();
    const [first, second] = pets.images.filter(({ name }) => name.startsWith('train/cat')).map(({ sha256 }) => sha256);
    const relabelled = await change([pets], { relabel: [{ image: first!, to: 'dog' }], without: [second!] });
    expect(counts(relabelled)).toEqual({ cat: [2, 0, 4], dog: [5, 0, 4], fox: [4, 0, 4] });
    expect(namesIn(relabelled, 'dog').some((name) => name.startsWith('train/cat'))).toBe(true);
  });

  it('keeps a share of each class of each split, decided by the seed', async () => {
    const { pets } = await parents();
    const share = async (fraction: number, seed: number) => change([pets], { fraction, seed });
    expect(counts(await share(0.5, 1))).toEqual({ cat: [2, 0, 2], dog: [2, 0, 2], fox: [2, 0, 2] });
    expect(counts(await share(0.01, 1))).toEqual({ cat: [1, 0, 1], dog: [1, 0, 1], fox: [1, 0, 1] });
    expect(await share(0.5, 1)).toEqual(await share(0.5, 1));
    expect((await share(0.5, 2)).contentHash).not.toBe((await share(0.5, 1)).contentHash);
  });

  it('of several has the images of all, each once, and finds their bytes', async () => {
    const { birds, pets } = await parents();
    const merged = await change([pets, birds, pets], {});
    expect(counts(merged)).toEqual({ ...counts(pets), ...counts(birds) });
    expect(merged.shards).toEqual([...pets.shards, ...birds.shards]);
    expect(merged.images.filter(({ shard }) => shard === 1)).toHaveLength(birds.images.length);
  });

  it('keeps the columns of all, of several what each knows of an image, and where it comes from', async () => {
    const files = { 'train/a.png': await png(1), 'train/b.png': await png(2), 'test/a.png': await png(3) };
    const tabled = (...columns: string[]) =>
      ingested({ ...files, 'labels.csv': Buffer.from(`file,label,split,${columns.join('\n')}`) });
    const cameras = await tabled(
      'camera,place',
      'train/a.png,cat,train,north,',
      'train/b.png,dog,train,south,',
      'test/a.png,cat,test,,in',
    );
    const nights = await tabled(
      'night,camera',
      'train/a.png,cat,train,no,east',
      'train/b.png,dog,train,,',
      'test/a.png,cat,test,,south',
    );
    expect(await change([cameras], {})).toEqual(cameras);
    const { pets } = await parents();
    const merged = await derive([cameras, nights, pets], { ...UNCHANGED, classes: ['cat', 'dog'] }, [
      'x',
      'y',
      'pets 1',
    ]);
    expect(merged).toMatchObject({ columns: ['camera', 'place', 'night'], sources: ['x', 'pets 1'] });
    const known = merged.images.filter(({ source }) => merged.sources?.[source!] === 'x');
    expect(Object.fromEntries(known.map(({ name, values }) => [name, values]))).toEqual({
      'train/a.png': ['north', null, 'no'],
      'train/b.png': ['south', null, null],
      'test/a.png': ['south', 'in', null],
    });
    expect(merged.images.find(({ name }) => name === 'train/cat/0.png')?.values).toEqual([null, null, null]);
    const [first] = merged.images.filter(({ values }) => values?.[2] === 'no');
    const without = await change([merged], { without: [first!.sha256] });
    expect(without.columns).toEqual(['camera', 'place']);
  });

  it('does not name shards of which it has nothing', async () => {
    const { birds, pets } = await parents();
    const some = await change([pets, birds], { classes: ['owl', 'tit'] });
    expect(some.shards).toEqual(birds.shards);
    expect(some.contentHash).toBe(birds.contentHash);
  });

  it('keeps of the same bytes the image of the test split', async () => {
    const { birds } = await parents();
    const single = await change([birds], { duplicates: 'DROP_EXACT' });
    expect(counts(birds)).toEqual({ owl: [3, 0, 3], tit: [2, 0, 2] });
    expect(counts(single)).toEqual({ owl: [2, 0, 3], tit: [2, 0, 2] });
  });

  it('keeps one of the images that look the same', async () => {
    const scene = await sharp(await noise(1, 6, 6).png().toBuffer())
      .resize(48, 48, { kernel: 'cubic' })
      .png()
      .toBuffer();
    const files = { ...(await images(['train/a', 'train/b', 'test/a', 'test/b'], 1)), 'train/a/one.png': scene };
    const other = { ...files, 'train/a/two.png': await sharp(scene).jpeg().toBuffer() };
    const manifest = await ingested(other);
    expect(counts(await change([manifest], { duplicates: 'DROP_EXACT' })).a).toEqual([3, 0, 1]);
    expect(counts(await change([manifest], { duplicates: 'DROP_NEAR' })).a).toEqual([2, 0, 1]);
  });

  const hashes = ({ images: all }: Manifest, path: string) =>
    all.filter(({ name }) => name.startsWith(path)).map(({ sha256 }) => sha256);
  it.each([
    ['a class that is not there', () => ({ classes: ['cow'] }), 'BAD_INPUT', 'There is no class "cow"'],
    [
      'a class to rename that is not there',
      () => ({ rename: [{ from: 'cow', to: 'ox' }] }),
      'BAD_INPUT',
      'no class "cow"',
    ],
    ['an image that is not there', () => ({ without: ['ab'] }), 'BAD_INPUT', 'There is no image "ab"'],
    ['one class left', () => ({ classes: ['cat'] }), 'DATASET_REFUSED', 'There is one class, "cat"'],
    [
      'no test images left',
      (pets: Manifest) => ({ without: hashes(pets, 'test/') }),
      'DATASET_REFUSED',
      'No test images are left',
    ],
    [
      'nothing to train on of a class',
      (pets: Manifest) => ({ without: hashes(pets, 'train/fox') }),
      'DATASET_REFUSED',
      'but none for training',
    ],
  ])('is refused with %s', async (_, changes, code, message) => {
    const { pets } = await parents();
    await expect(change([pets], changes(pets))).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});

describe('the difference of two versions', () => {
  const named = (changes: readonly { before: unknown; after: unknown }[]) => changes.length;

  it('is nothing between a version and itself', async () => {
    const { birds } = await parents();
    expect(diff(birds, birds)).toEqual({
      added: [],
      removed: [],
      relabelled: [],
      moved: [],
      unchanged: birds.images.length,
    });
  });

  it('lists added, removed, relabelled and moved images', async () => {
    const { birds, pets } = await parents();
    const [gone, other] = pets.images.map(({ sha256 }) => sha256);
    const relabelled = await change([pets, birds], { without: [gone!], relabel: [{ image: other!, to: 'fox' }] });
    const result = diff(pets, relabelled);
    expect(result.removed).toEqual([
      { sha256: gone, before: { row: 0, className: 'cat', split: 'train' }, after: null },
    ]);
    expect(result.relabelled).toMatchObject([
      { sha256: other, before: { row: 1, className: 'cat' }, after: { className: 'fox', split: 'train' } },
    ]);
    expect(named(result.added)).toBe(birds.images.length);
    expect(result.unchanged).toBe(pets.images.length - 2);

    const swapped = pets.images.map((image) => ({
      ...image,
      split: image.split === 'train' ? ('test' as const) : ('train' as const),
    }));
    const moved = diff(pets, { ...pets, images: swapped });
    expect([named(moved.moved), moved.unchanged]).toEqual([pets.images.length, 0]);
  });

  it('matches an image that stands twice with its own place', async () => {
    const { birds } = await parents();
    const without = { ...birds, images: birds.images.filter(({ name }) => name !== 'train/owl/same.png') };
    expect(diff(birds, without).removed).toMatchObject([{ before: { split: 'train', className: 'owl' } }]);
    expect(diff(without, birds).added).toMatchObject([{ after: { split: 'train', className: 'owl' } }]);
  });
});

it('reads a merged version from the shards of its parents', async () => {
  const { blobs } = await temporaryStore();
  const files: Record<string, Buffer>[] = [];
  for (const [i, classes] of [
    ['a', 'b'],
    ['c', 'd'],
  ].entries()) {
    const of = async (name: string, seed: number) => [`${name}/${seed}.png`, await png(seed + 100 * i)] as const;
    files.push(
      Object.fromEntries(await Promise.all(classes.flatMap((name, j) => [1, 2].map((n) => of(name, n + 10 * j))))),
    );
  }
  const manifests: Manifest[] = [];
  for (const part of files)
    manifests.push((await ingestImages(await sourceOf(part), blobs, { testFraction: 0.5 })).manifest);
  const merged = await change(manifests, {});
  const reader = new ShardReader(blobs, merged);
  const all: Record<string, Buffer> = { ...files[0], ...files[1] };
  expect(merged.images).toHaveLength(8);
  for (const image of merged.images) expect(Buffer.from(await reader.read(image)).equals(all[image.name]!)).toBe(true);
  await reader.close();
});
