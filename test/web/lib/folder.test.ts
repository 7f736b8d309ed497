import { describe, expect, it } from 'vitest';
import { outlineFolder } from '../../../web/src/lib/folder';

describe('the outline of a folder', () => {
  it.each([
    [
      'class folders',
      ['cat/1.jpg', 'cat/2.JPEG', 'dog/1.png', 'dog/notes.txt'],
      'folders',
      [
        ['cat', 2],
        ['dog', 1],
      ],
      1,
    ],
    [
      'class folders in a wrapper',
      ['pets/cat/1.jpg', 'pets/dog/1.png'],
      'folders',
      [
        ['cat', 1],
        ['dog', 1],
      ],
      0,
    ],
    [
      'split folders',
      ['train/cat/1.jpg', 'val/cat/2.jpg', 'Test/dog/1.webp'],
      'splits',
      [
        ['cat', 2],
        ['dog', 1],
      ],
      0,
    ],
    [
      'split folders in a wrapper',
      ['a/train/cat/1.jpg', 'a/test/dog/1.gif'],
      'splits',
      [
        ['cat', 1],
        ['dog', 1],
      ],
      0,
    ],
    ['files of file managers', ['cat/1.jpg', 'cat/.DS_Store', '__MACOSX/cat/1.jpg'], 'folders', [['cat', 1]], 0],
    ['pictures without a class', ['1.jpg', 'cat/2.jpg'], 'folders', [['cat', 1]], 1],
    ['a table', ['labels.csv', '1.jpg', 'more/2.jpg'], 'table', [], 1],
  ])('of %s', (_, paths, layout, classes, others) => {
    const outline = outlineFolder(paths);
    expect(outline.layout).toBe(layout);
    expect(outline.classes.map(({ label, images }) => [label, images])).toEqual(classes);
    expect(outline.others).toBe(others);
  });
});
