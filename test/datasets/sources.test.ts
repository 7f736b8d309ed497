import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { openArchive, openSource } from '../../src/datasets/detect.js';
import { FolderSource } from '../../src/datasets/folder-source.js';
import type { Source } from '../../src/datasets/source.js';
import { type Files, images, png, tarGzOf, tarOf, zipOf } from './archives.js';
import { fileOf, folderOf, temporaryFolder } from './fixtures.js';

const FILES = { 'cat/': null, 'cat/a.png': Buffer.from('first'), 'dog/b.png': Buffer.alloc(300_000, 7) };

/** One line per entry: its kind, its path, and its size as read or why it was refused. */
async function listed(source: Source, signal = new AbortController().signal): Promise<string[]> {
  const lines: string[] = [];
  for await (const entry of source.entries(signal)) {
    let detail = entry.kind === 'refused' ? entry.reason : '';
    if (entry.kind === 'file') {
      let bytes = 0;
      for await (const chunk of entry.content()) bytes += chunk.length;
      detail = `${bytes} of ${entry.bytes}`;
    }
    lines.push(`${entry.kind} ${entry.path.replace(/\/$/, '')} ${detail}`.trim());
  }
  return lines.sort();
}

const open = {
  zip: async (files: Files) => openArchive(await fileOf(await zipOf(files))),
  tar: async (files: Files) => openArchive(await fileOf(await tarOf(files))),
  'tar.gz': async (files: Files) => openArchive(await fileOf(await tarGzOf(files))),
  folder: async (files: Files) => openSource(await folderOf(files)),
};

describe.each(Object.entries(open))('a source of the form %s', (form, openFiles) => {
  it('gives every entry with its content', async () => {
    const dog = form === 'folder' ? ['folder dog'] : [];
    const expected = ['file cat/a.png 5 of 5', 'file dog/b.png 300000 of 300000', 'folder cat', ...dog];
    expect(await listed(await openFiles(FILES))).toEqual(expected);
  });

  it('goes on after an entry that was left half read or unread', async () => {
    const content = Buffer.alloc(1_000_000, 1);
    const source = await openFiles({ 'cat/1': content, 'cat/2': content, 'cat/3': content });
    const paths: string[] = [];
    for await (const entry of source.entries(new AbortController().signal)) {
      paths.push(entry.path);
      if (entry.kind !== 'file' || entry.path === 'cat/2') continue;
      for await (const _ of entry.content()) break;
    }
    expect(paths.filter((path) => /\d$/.test(path))).toEqual(['cat/1', 'cat/2', 'cat/3']);
  });

  it('gives nothing when it was aborted before', async () => {
    const reason = new Error('the user left');
    await expect(listed(await openFiles(FILES), AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('ends with the reason of an abort', async () => {
    const aborter = new AbortController();
    const reason = new Error('the user left');
    const source = await openFiles({ 'cat/1': Buffer.alloc(9), 'cat/2': Buffer.alloc(9) });
    const reading = async () => {
      for await (const _ of source.entries(aborter.signal)) aborter.abort(reason);
    };
    await expect(reading()).rejects.toBe(reason);
  });
});

describe('links', () => {
  it('in a folder are refused and not followed', async () => {
    const folder = await folderOf({ 'cat/a.png': Buffer.from('first') });
    const outside = await folderOf({ 'secret.png': Buffer.from('secret') });
    // A junction, because on Windows a common user may not make other links.
    await symlink(outside, join(folder, 'dog'), 'junction');
    expect(await listed(new FolderSource(folder))).toContain('refused dog a symbolic link');
  });

  it('in a tar archive are refused', async () => {
    const links = [
      { name: 'cat/soft', type: 'symlink', linkname: '/etc/passwd' },
      { name: 'cat/hard', type: 'link', linkname: 'cat/a.png' },
      { name: 'cat/pipe', type: 'fifo' },
    ] as const;
    const source = await openArchive(await fileOf(await tarOf({}, links)));
    expect(await listed(source)).toEqual([
      'refused cat/hard a hard link',
      'refused cat/pipe not a regular file',
      'refused cat/soft a symbolic link',
    ]);
  });

  it('in a zip archive are refused', async () => {
    const source = await openArchive(await fileOf(await zipOf({}, { links: ['cat/soft'] })));
    expect(await listed(source)).toEqual(['refused cat/soft a symbolic link']);
  });
});

describe('openArchive', () => {
  it.each([
    ['text', Buffer.from('plain text')],
    ['nothing', Buffer.alloc(0)],
    ['a 7z archive', Buffer.from('377abcaf271c0004', 'hex')],
  ])('refuses %s and says what is taken', async (_, content) => {
    await expect(openArchive(await fileOf(content))).rejects.toMatchObject({
      code: 'DATASET_REFUSED',
      message: expect.stringContaining('zip, tar, tar.gz or tar.zst'),
    });
  });

  it('says so when there is nothing, or a folder', async () => {
    const folder = await temporaryFolder();
    await expect(openArchive(join(folder, 'no.zip'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await mkdir(join(folder, 'data.zip'));
    await expect(openArchive(join(folder, 'data.zip'))).rejects.toMatchObject({ code: 'DATASET_REFUSED' });
  });

  it.each(['zip', 'tar', 'tar.gz'] as const)('a %s archive that is cut is called damaged', async (form) => {
    const whole = await { zip: zipOf, tar: tarOf, 'tar.gz': tarGzOf }[form](await images(['cat', 'dog'], 5));
    const read = async () => listed(await openArchive(await fileOf(whole.subarray(0, whole.length * 0.6))));
    await expect(read()).rejects.toMatchObject({
      code: 'DATASET_REFUSED',
      message: expect.stringMatching(/^The (zip|tar) archive is damaged or incomplete: /),
    });
  });

  it('a gzip file of something else is called damaged', async () => {
    const source = await openArchive(await fileOf(gzipSync('x'.repeat(2000))));
    await expect(listed(source)).rejects.toMatchObject({
      code: 'DATASET_REFUSED',
      message: expect.stringContaining('Invalid tar header'),
    });
  });

  it('a zip entry without its checksum is called damaged', async () => {
    const content = Buffer.from('stored, not deflated');
    const zip = await zipOf({ 'cat/a.png': content }, { compress: false });
    zip[zip.indexOf(content)]! ^= 1;
    await expect(listed(await openArchive(await fileOf(zip)))).rejects.toMatchObject({
      message: expect.stringContaining('checksum'),
    });
  });

  it('gives the same archive again when its entries are asked for twice', async () => {
    const source = await open['tar.gz']({ 'cat/a.png': await png(1) });
    expect(await listed(source)).toEqual(await listed(source));
  });
});
