import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { HubError } from '../../src/errors.js';
import { Spool } from '../../src/storage/spool.js';
import { smallDisk } from '../support/small-disk.js';
import { filesIn, temporaryFolder } from './fixtures.js';

const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));

/** A spool that is released when the test has finished. */
function spoolIn(folder: string): Spool {
  const spool = new Spool(folder);
  onTestFinished(() => spool.release());
  return spool;
}

/** Writes a chunk, and waits until it is taken. */
const write = (spool: Spool, chunk: Uint8Array): Promise<void> =>
  new Promise((resolve) => spool.input.write(chunk, () => resolve()));

describe('a spool', () => {
  it('gives every reader the whole content, also those that begin before, while and after it is written', async () => {
    const spool = spoolIn(await temporaryFolder());
    const before = buffer(spool.read());
    await write(spool, CONTENT.subarray(0, 100_000));
    const between = buffer(spool.read());
    await pipeline(Readable.from([CONTENT.subarray(100_000)]), spool.input);
    const after = buffer(spool.read());
    for (const read of await Promise.all([before, between, after])) expect(read.equals(CONTENT)).toBe(true);
  });

  it('gives the empty content of an empty file', async () => {
    const spool = spoolIn(await temporaryFolder());
    spool.input.end();
    expect(await buffer(spool.read())).toHaveLength(0);
  });

  it('is gone once it is released and its last reader has ended', async () => {
    const folder = await temporaryFolder();
    const spool = spoolIn(folder);
    const reader = spool.read();
    await pipeline(Readable.from([CONTENT]), spool.input);
    spool.release();
    expect(() => spool.read()).toThrow('The request of this upload has ended');
    expect(await filesIn(folder)).toHaveLength(1);
    expect((await buffer(reader)).equals(CONTENT)).toBe(true);
    await expect.poll(() => filesIn(folder)).toEqual([]);
  });

  it('is gone once it is released, whatever has been written of it', async () => {
    const folder = await temporaryFolder();
    const spools = [spoolIn(folder), spoolIn(folder), spoolIn(folder)];
    await write(spools[1]!, CONTENT);
    for (const spool of spools) spool.release();
    await write(spools[2]!, CONTENT);
    await expect.poll(() => filesIn(folder)).toEqual([]);
  });

  it('makes its folder again where that was removed', async () => {
    const folder = await temporaryFolder();
    await rm(folder, { recursive: true });
    const spool = spoolIn(folder);
    await pipeline(Readable.from([CONTENT]), spool.input);
    expect((await buffer(spool.read())).equals(CONTENT)).toBe(true);
  });

  it('fails its readers with the first error, and takes what is still written', async () => {
    const folder = await temporaryFolder();
    const spool = spoolIn(folder);
    const waiting = buffer(spool.read());
    waiting.catch(() => undefined);
    await write(spool, CONTENT);
    spool.fail(new HubError('BAD_INPUT', 'first'));
    spool.fail(new HubError('BAD_INPUT', 'second'));
    await expect(waiting).rejects.toThrow('first');
    await pipeline(Readable.from([CONTENT]), spool.input);
    expect(() => spool.read()).toThrow('first');
    await expect.poll(() => filesIn(folder)).toEqual([]);
  });

  it('fails its readers where its folder cannot be made', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    const spool = spoolIn(file);
    await expect(buffer(spool.read())).rejects.toMatchObject({ code: 'EEXIST' });
    await pipeline(Readable.from([CONTENT]), spool.input);
  });

  it('fails its readers with DISK_FULL on a full disk, and gives the space back', async (context) => {
    const folder = await smallDisk(context, '128k');
    const spool = spoolIn(folder);
    const reader = buffer(spool.read());
    reader.catch(() => undefined);
    await pipeline(Readable.from([CONTENT]), spool.input);
    await expect(reader).rejects.toMatchObject({ code: 'DISK_FULL' });
    await expect.poll(() => filesIn(folder)).toEqual([]);
    const next = spoolIn(folder);
    await pipeline(Readable.from([CONTENT.subarray(0, 1000)]), next.input);
    expect(await buffer(next.read())).toHaveLength(1000);
  });
});
