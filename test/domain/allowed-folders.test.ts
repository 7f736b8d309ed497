import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { AllowedFolders } from '../../src/domain/allowed-folders.js';
import { removeFolder } from '../support/remove-folder.js';

it('folders that are not there are named, and files in their place', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hub-allowed-'));
  onTestFinished(() => removeFolder(folder));
  const [missing, file] = [join(folder, 'missing'), join(folder, 'file')];
  await writeFile(file, '');
  expect(await new AllowedFolders([folder, missing, file]).missing()).toEqual([missing, file]);
});
