import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withPackedFolder } from '../../src/cli/pack-folder.js';
import { pictures } from '../datasets/archives.js';
import { folderOf } from '../datasets/fixtures.js';
import { outcomeOf } from '../datasets/outcome.js';

it('a folder with a link to a class folder is refused, not uploaded without the class', async () => {
  const folder = await folderOf(await pictures('cat/1.png', 'emu/1.png'));
  expect((await withPackedFolder(folder, (archive) => outcomeOf(archive))).counts).toEqual([
    'train cat 1',
    'train emu 1',
  ]);
  await symlink(await folderOf(await pictures('1.png')), join(folder, 'dog'), 'junction');
  await expect(withPackedFolder(folder, (archive) => outcomeOf(archive))).rejects.toThrow(
    '"dog" is a symbolic link in the place of a folder',
  );
});
