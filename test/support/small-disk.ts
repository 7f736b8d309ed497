import { spawnSync } from 'node:child_process';
import { onTestFinished, type TestContext } from 'vitest';
import { temporaryFolder } from '../storage/fixtures.js';

/** A folder on a small file system of its own. Skips the test if it cannot be mounted. @param size in `mount`'s syntax. */
export async function smallDisk(context: TestContext, size: string): Promise<string> {
  const folder = await temporaryFolder();
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  context.skip(status !== 0, 'to make a small file system needs root on Linux');
  onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  return folder;
}
