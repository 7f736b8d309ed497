import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { zipOf } from '../datasets/archives.js';
import { ROOT } from '../docs/pages.js';
import { busyProxy } from '../support/busy-proxy.js';
import { colourImages, colourPhoto } from '../support/colour-images.js';
import { hasPython, python } from '../support/python.js';
import { removeFolder } from '../support/remove-folder.js';
import { TestHub } from '../support/test-hub.js';

const isReady = hasPython('pip', 'hatchling', 'ariadne_codegen', 'httpx', 'pydantic', 'websockets');

describe.skipIf(!isReady)('the client in Python', () => {
  it('passes its tests on a hub, built from the schema', async () => {
    const hub = await TestHub.startWithColours();
    onTestFinished(() => hub.remove());
    const folder = await mkdtemp(join(tmpdir(), 'hub-python-'));
    onTestFinished(() => removeFolder(folder));
    const install = ['install', '--quiet', '--no-deps', '--no-build-isolation', '--no-index', '--target', folder];
    await python(['-m', 'pip', ...install, join(ROOT, 'clients', 'python')]);
    const photo = await hub.file('green.png', await colourPhoto('green', 99));
    const archive = await hub.file('colours.zip', await zipOf(await colourImages()));
    const { url: busy, arrivals } = await busyProxy(hub.url, 2, 1);
    const HUB = JSON.stringify({ url: hub.url, token: hub.token, photo, archive, busy });
    const tests = join(ROOT, 'clients', 'python', 'tests', 'test_client.py');
    expect(await python([tests], { HUB }, [folder])).toMatch(/Ran 4 tests[\s\S]*OK/);
    expect(arrivals.length).toBe(3);
    expect(arrivals[2]! - arrivals[0]!).toBeGreaterThan(1900);
  });
});
