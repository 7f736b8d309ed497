import { describe, expect, it } from 'vitest';
import { DATASET_BOUNDS } from '../../src/datasets/bounds.js';
import { FolderTree } from '../../src/datasets/folder-tree.js';
import { Layout, splitPath } from '../../src/datasets/layout.js';

const parts = (path: string) => splitPath(path, DATASET_BOUNDS);
const layoutOf = (...folders: string[]) =>
  new Layout(new FolderTree(folders.map((folder) => folder.split('/').filter(Boolean))));

describe('a path', () => {
  it.each([
    ['../cat/1.png', 'climbs out of its folder'],
    ['cat/../../1.png', 'climbs out of its folder'],
    ['../.DS_Store', 'climbs out of its folder'],
    ['/etc/cat/1.png', 'is absolute'],
    ['C:/cat/1.png', 'is absolute'],
    ['cat\\1.png', 'has a backslash'],
    ['cat/1\0.png', 'has a NUL character'],
    ['cat/1\u001b[2J.png', 'has control characters'],
  ])('%j is refused because it %s', (path, fault) => {
    expect(() => parts(path)).toThrow(
      expect.objectContaining({ code: 'DATASET_REFUSED', message: expect.stringContaining(fault) }),
    );
  });

  it('is escaped and shortened where it is named', () => {
    const path = `../\u001b]0;owned\u0007/\u202egnp.${'x'.repeat(400)}`;
    expect(() => parts(path)).toThrow(/^The path "\.\.\/\\u\{1b\}\]0;owned\\u\{7\}\/\\u\{202e\}gnp\.x+…x+" climbs/);
  });

  it('longer than maxPathLength is refused by the name of the limit', () => {
    expect(() => parts(`cat/${'x'.repeat(600)}`)).toThrow(
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        message: expect.stringContaining('has 604 characters; the limit maxPathLength is 512.'),
        details: { limit: 'maxPathLength', value: 512, received: 604 },
      }),
    );
  });

  it.each(['.DS_Store', '__MACOSX/cat/._1.png', 'cat/Thumbs.db', 'cat/desktop.ini', '.git/cat/1.png', 'cat/Icon\r'])(
    '%j is ignored',
    (path) => expect(parts(path)).toBeNull(),
  );

  it.each(['.cat.jpg', '.hidden/1.png', 'cat/.1.png'])('%j is not ignored', (path) => {
    expect(parts(path)).toEqual(path.split('/'));
  });

  it('is the same whoever spelt it', () => {
    expect(parts('./cafe\u0301//1.png')).toEqual(['caf\u00e9', '1.png']);
  });
});

describe('a layout', () => {
  it.each([
    ['class folders', ['cat', 'dog'], 'cat/1.png', { split: null, className: 'cat' }],
    ['class folders in one folder', ['pets/cat', 'pets/dog'], 'pets/dog/1.png', { split: null, className: 'dog' }],
    ['split folders', ['train/cat', 'test/cat'], 'test/cat/1.png', { split: 'test', className: 'cat' }],
    ['one split folder alone', ['train/cat', 'train/dog'], 'train/cat/1.png', { split: 'train', className: 'cat' }],
    [
      'split folders in one folder',
      ['a/train/cat', 'a/val/cat'],
      'a/val/cat/1',
      { split: 'validation', className: 'cat' },
    ],
    ['split folders in capitals', ['Train/cat', 'Valid/cat'], 'Valid/cat/1', { split: 'validation', className: 'cat' }],
  ])('of %s is understood', (_, folders, path, place) => {
    expect(layoutOf(...folders).place(path.split('/'))).toEqual(place);
  });

  it.each([
    ['README.md', 'not inside a class folder'],
    ['pets/README.md', 'not inside a class folder'],
    ['pets/train/1.png', 'not inside a class folder'],
    ['pets/train/cat/small/1.png', 'nested deeper than class/file'],
  ])('has no place for %s', (path, reason) => {
    expect(layoutOf('', 'pets', 'pets/train/cat', 'pets/train/cat/small').place(path.split('/'))).toEqual({ reason });
  });

  it('with class folders beside split folders is refused', () => {
    expect(() => layoutOf('train/cat', 'dog')).toThrow(
      expect.objectContaining({
        code: 'DATASET_REFUSED',
        message: expect.stringContaining('"train" is a split, but "dog" next to it is not'),
      }),
    );
  });

  it('lists classes sorted, whichever split they are in, with or without files', () => {
    expect(layoutOf('train/dog', 'train/cat', 'test/emu', 'train').classes).toEqual(['cat', 'dog', 'emu']);
  });
});
