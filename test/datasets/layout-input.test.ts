import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tarOf, zipOf } from './archives.js';
import { inFolders, LAYOUTS_READ, LAYOUTS_REFUSED } from './cases/layouts.js';
import { fileOf, folderOf } from './fixtures.js';
import { FORMS, outcomeOf } from './outcome.js';

describe('a layout that people download', () => {
  it.each(LAYOUTS_READ)('%s', async (_, filesOf, counts, rejected) => {
    const files = await filesOf();
    for (const form of Object.values(FORMS)) expect(await outcomeOf(await form(files))).toEqual({ counts, rejected });
  });

  it.each(LAYOUTS_REFUSED)('with %s is refused', async (_, folders, message) => {
    const files = await inFolders(...folders);
    await expect(outcomeOf(await folderOf(files))).rejects.toMatchObject({
      code: 'DATASET_REFUSED',
      message: expect.stringContaining(message),
    });
  });
});

describe('links in the place of folders', () => {
  const message = /^"(dog|test|pets\/dog)" is a symbolic link in the place of a folder.+Put a copy .+\(cp -rL\)/;
  const classes = () => inFolders('cat', 'emu');
  const link = (name: string) => ({ name, type: 'symlink', linkname: '/elsewhere' }) as const;

  it.each(['dog', 'test'])('are refused in a folder: %s', async (name) => {
    const folder = await folderOf(name === 'dog' ? await classes() : await inFolders('train/cat', 'train/dog'));
    await symlink(await folderOf(await inFolders('more')), join(folder, name), 'junction');
    await expect(outcomeOf(folder)).rejects.toThrow(message);
  });

  it('are refused in archives', async () => {
    const tar = await tarOf(await inFolders('pets/cat', 'pets/emu'), [link('pets/dog')]);
    await expect(outcomeOf(await fileOf(tar))).rejects.toThrow(message);
    const zip = await zipOf(await classes(), { links: ['dog'] });
    await expect(outcomeOf(await fileOf(zip))).rejects.toThrow(message);
  });

  it('are listed where they are files', async () => {
    const tar = await tarOf(await classes(), [link('README.md'), link('cat/3.png'), link('cat/more')]);
    expect(await outcomeOf(await fileOf(tar))).toEqual({
      counts: ['train cat 2', 'train emu 2'],
      rejected: ['README.md: a symbolic link', 'cat/3.png: a symbolic link', 'cat/more: a symbolic link'],
    });
  });
});
