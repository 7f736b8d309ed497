import { spawnSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { colourPhoto } from '../support/colour-images.js';
import { requestText } from '../support/hub-user.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

let hub: HubWithColours;
let photo: Buffer;
beforeAll(async () => {
  [hub, photo] = await Promise.all([TestHub.startWithColours(), colourPhoto('green', 99, 64, 48)]);
});
afterAll(() => hub.remove());

const temporary = (): string => join(hub.data, 'tmp');
const uploads = async (): Promise<string[]> =>
  (await readdir(temporary())).filter((name) => name.startsWith('upload-'));

const classify = async (content: Uint8Array) =>
  hub.post(await requestText('classify'), { model: 'colours' }, { as: 'image', content });
const register = async (content: Uint8Array) =>
  hub.post(await requestText('register-upload'), { dataset: 'colours' }, { as: 'upload', content });

describe('the folder of uploads', () => {
  it('is made again where it was removed', async () => {
    await rm(temporary(), { recursive: true });
    expect(await classify(photo)).toMatchObject({ data: { classify: { label: 'green' } } });
    await expect.poll(uploads).toEqual([]);
  });

  it('is not blamed on the deadline where it cannot be used: the log has the reason', async () => {
    await rm(temporary(), { recursive: true });
    await writeFile(temporary(), '');
    onTestFinished(async () => {
      await rm(temporary());
      await mkdir(temporary());
    });
    for (const answer of [await classify(photo), await register(photo)]) {
      expect(answer.errors).toMatchObject([{ extensions: { code: 'INTERNAL' } }]);
      const lines = hub.log.filter(({ requestId }) => requestId === answer.requestId);
      expect(JSON.stringify(lines)).toMatch(/EEXIST|ENOTDIR/);
    }
  });

  it('refuses uploads with DISK_FULL where its disk is full, and takes them again once there is room', async (context) => {
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', temporary()]);
    context.skip(status !== 0, 'to make a small file system needs root on Linux');
    onTestFinished(() => void spawnSync('umount', ['-l', temporary()]));
    const large = Buffer.concat([photo, Buffer.alloc(1_000_000)]);
    for (const answer of [await classify(large), await register(large)]) {
      expect(answer.errors).toMatchObject([{ extensions: { code: 'DISK_FULL' } }]);
    }
    await expect.poll(uploads).toEqual([]);
    expect(await classify(photo)).toMatchObject({ data: { classify: { label: 'green' } } });
  });
});
