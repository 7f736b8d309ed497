import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';

/** A folder of a file system of its own, which is easily full. Skips the test where none can be made. @param size as `mount` takes it. */
export async function smallDisk(context: TestContext, size: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-disk-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  context.skip(status !== 0, 'to make a small file system needs root on Linux');
  onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  return folder;
}
