import { mkdir, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { openDataFolder } from '../../src/storage/data-folder.js';
import { filesIn, startChild, temporaryFolder } from './fixtures.js';

async function fileAt(name: string): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, '');
  return path;
}

test('makes a folder with its parts, one level or several deep', async () => {
  const path = join(await temporaryFolder(), 'a', 'b');
  const folder = await openDataFolder(path);
  for (const part of [folder.blobs, folder.database, folder.temporary]) {
    expect((await stat(part)).isDirectory()).toBe(true);
    expect(dirname(part)).toBe(path);
  }
  await folder.close();
});

test.skipIf(process.platform === 'win32')('makes a folder that only its owner can enter', async () => {
  const folder = await openDataFolder(join(await temporaryFolder(), 'data'));
  expect((await stat(folder.path)).mode & 0o777).toBe(0o700);
  await folder.close();
});

test.skipIf(process.platform !== 'linux').each([
  ['a file system that takes no folders', async () => '/proc/nope/deeper', 'ENOENT'],
  ['a file in its way', async () => join(await fileAt('file'), 'data'), 'ENOTDIR'],
  ['a file in its place', async () => fileAt('file'), 'EEXIST'],
  ['a file system that takes no files', async () => '/proc', 'E'],
  ['a name that is too long', async () => join(await temporaryFolder(), 'x'.repeat(300)), 'ENAMETOOLONG'],
])('is refused in a sentence where there is %s', async (_, path, code) => {
  const data = await path();
  await expect(openDataFolder(data)).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining(`The data folder ${data} cannot be used (${code}`),
  });
});

test('removes what interrupted processes left unfinished, and nothing else', async () => {
  const path = await temporaryFolder();
  const kept = ['blobs/ab/cdef', 'database/PG_VERSION', 'token'];
  for (const file of [...kept, 'tmp/upload/part', 'blobs/incoming/half']) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), 'content');
  }
  const folder = await openDataFolder(path);
  expect((await filesIn(path)).filter((file) => !file.startsWith('hub.')).sort()).toEqual(kept);
  await folder.close();
});

test('is open once only, and can be opened again when it was closed', async () => {
  const path = await temporaryFolder();
  const first = await openDataFolder(path);
  await expect(openDataFolder(path)).rejects.toMatchObject({ code: 'DATA_FOLDER_LOCKED' });
  await first.close();
  await (await openDataFolder(path)).close();
});

test('a refused opening leaves the files of the running hub alone', async () => {
  const path = await temporaryFolder();
  const folder = await openDataFolder(path);
  await writeFile(join(folder.temporary, 'upload'), 'half of it');
  await expect(openDataFolder(path)).rejects.toMatchObject({ code: 'DATA_FOLDER_LOCKED' });
  expect(await filesIn(folder.temporary)).toEqual(['upload']);
  await folder.close();
});

test('says which process has the folder, and is free as soon as that one is killed', async () => {
  const path = await temporaryFolder();
  const child = await startChild('hold-folder', path);
  expect((await child.lines.next()).value).toBe('open');

  const refused = await openDataFolder(path).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: 'DATA_FOLDER_LOCKED',
    message: expect.stringContaining(`process ${child.process.pid} on ${hostname()}`),
    details: { owner: { pid: child.process.pid } },
  });

  await child.kill();
  await (await openDataFolder(path)).close();
});
