import { open } from 'node:fs/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { FileWindows } from '../../src/datasets/file-windows.js';
import { fileOf } from './fixtures.js';

const CONTENT = Buffer.from(Uint32Array.from({ length: 2 ** 19 }, (_, i) => i).buffer); // 2 MiB, no two pieces alike

async function windowsOf(content: Buffer) {
  const handle = await open(await fileOf(content));
  onTestFinished(() => handle.close());
  const reads = vi.spyOn(handle, 'read');
  return { windows: new FileWindows(handle, content.length), reads };
}

it('reads forward in a few large pieces, at two places at the same time', async () => {
  const { windows, reads } = await windowsOf(CONTENT);
  const half = CONTENT.length / 2;
  for (let at = 0; at < half; at += 100) {
    for (const place of [at, half + at]) {
      const end = Math.min(place + 100, CONTENT.length);
      expect((await windows.readAt(place, 100)).equals(CONTENT.subarray(place, end))).toBe(true);
    }
  }
  expect(reads.mock.calls.length).toBeLessThan(30); // of 20,972
});

it('reads little where its reader jumps', async () => {
  const { windows, reads } = await windowsOf(CONTENT);
  const places = Array.from({ length: 200 }, (_, i) => CONTENT.length - (i + 1) * 10_000);
  for (const place of places) {
    expect((await windows.readAt(place, 50)).equals(CONTENT.subarray(place, place + 50))).toBe(true);
  }
  const bytes = await Promise.all(reads.mock.results.map(async ({ value }) => (await value).bytesRead as number));
  expect(bytes.reduce((sum, one) => sum + one)).toBeLessThanOrEqual(places.length * 4096);
});

it('gives fewer bytes at the end of the file, and none after it', async () => {
  const { windows } = await windowsOf(Buffer.from('abc'));
  expect((await windows.readAt(1, 10)).toString()).toBe('bc');
  expect((await windows.readAt(5, 10)).length).toBe(0);
});

it('fails when its file cannot be read', async () => {
  const { windows, reads } = await windowsOf(CONTENT);
  reads.mockRejectedValueOnce(new Error('the disk is gone'));
  await expect(windows.readAt(0, 10)).rejects.toThrow('the disk is gone');
});
