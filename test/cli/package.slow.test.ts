import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../docs/pages.js';
import { writeColours } from '../support/colour-images.js';
import { removeFolder } from '../support/remove-folder.js';

const run = promisify(execFile);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-package-'));
});
afterAll(() => removeFolder(folder));

/** npm as a user has it: without the settings of this project, and with install scripts. */
function npm(...args: string[]): Promise<{ stdout: string }> {
  const others = Object.entries(process.env).filter(([name]) => !/^npm_(?!config_registry$)/i.test(name));
  return run('npm', args, { cwd: join(folder, 'empty'), env: Object.fromEntries(others) });
}

describe.skipIf(process.platform === 'win32')('the package', { timeout: 600_000 }, () => {
  it('installs into an empty folder from the registry alone, and npx model-hub demo runs', async () => {
    const { stdout: path } = await run(process.execPath, ['scripts/pack.mjs', join(folder, 'packed')], { cwd: ROOT });
    await mkdir(join(folder, 'empty'));
    await writeFile(join(folder, 'empty', 'package.json'), '{"private":true}');
    await npm('install', '--no-audit', '--no-fund', path.trim());
    const installed = join(folder, 'empty', 'node_modules', 'model-hub');
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect((await npm('exec', '--', 'model-hub', '--version')).stdout.trim()).toBe(version);
    // Its install script, which is left out, would download 300 MB from another host.
    const binaries = join(installed, 'node_modules', 'onnxruntime-node', 'bin', 'napi-v6', 'linux', 'x64');
    if (process.platform === 'linux') expect(await readdir(binaries)).not.toContain('libonnxruntime_providers_cuda.so');
    const notices = await readFile(join(installed, 'THIRD-PARTY-NOTICES'), 'utf8');
    for (const name of ['graphql', 'react', 'express'])
      expect(notices).toMatch(new RegExp(`^${name} [\\d.]+, MIT$`, 'm'));
    expect(await readdir(join(installed, 'samples'))).toEqual(await readdir(join(ROOT, 'samples')));
    // Images of its own, with the bundled backbone: a hundredth of the time of the sample, which test/cli/demo.slow trains on.
    await writeColours(join(folder, 'colours'), 8);
    const demo = ['demo', '--json', '--exit', '--no-fine-tune', '--port', '0', '--from', join(folder, 'colours')];
    const { stdout } = await npm('exec', '--', 'model-hub', ...demo);
    expect(JSON.parse(stdout)).toMatchObject({
      run: { state: 'SUCCEEDED' },
      backbone: { name: 'efficientnet-lite0' },
      modelVersion: { aliases: ['production'] },
    });
  });
});
