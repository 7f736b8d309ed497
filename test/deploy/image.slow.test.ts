import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, readPage } from '../docs/pages.js';
import { writeColours } from '../support/colour-images.js';
import { removeFolder } from '../support/remove-folder.js';
import { copied, instructionsOf, readDockerfile, type Stage, wordsOf } from './dockerfile.js';

const run = promisify(execFile);
const stages = readDockerfile();
const image = stages.at(-1) as Stage;

/** Paths of the packages that `npm ci --omit=dev` installs here. */
function packagesOfRuntime(): string[] {
  const { packages } = JSON.parse(readPage('package-lock.json')) as {
    packages: Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>;
  };
  return Object.entries(packages).flatMap(([path, { dev, devOptional }]) => (path && !dev && !devOptional ? path : []));
}

/** Makes a folder with the files that the image has in /hub, and their modes. */
async function assemble(into: string): Promise<void> {
  for (const copy of instructionsOf(image, 'COPY')) {
    const { sources, to } = copied(copy);
    for (const source of sources.map((path) => path.replace('/hub/', ''))) {
      const paths = source === 'node_modules' ? packagesOfRuntime() : [source];
      for (const path of paths) {
        const target = join(into, to === './' ? path : path.replace(source, to));
        await mkdir(dirname(target), { recursive: true });
        const isWanted = (from: string): boolean => !/napi-v6\/(darwin|win32)/.test(from);
        await cp(`${ROOT}${path}`, target, { recursive: true, filter: isWanted }).catch(ignoreMissing);
      }
    }
  }
  const steps = stages.flatMap((stage) => instructionsOf(stage, 'RUN').flatMap(({ text }) => text.split('&&')));
  for (const step of steps.filter((text) => text.trim().startsWith('chmod'))) {
    await run('sh', ['-c', step], { cwd: into });
  }
}

/** A package for another system is not installed. */
function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

describe.skipIf(process.platform !== 'linux')('the files of the image', { timeout: 300_000 }, () => {
  let folder: string;
  let started: ChildProcess | undefined;
  /** The image's user where this process may become it. */
  const [uid, gid] = instructionsOf(image, 'USER')[0]!.text.split(':').map(Number) as [number, number];
  const user = userInfo().uid === 0 ? { uid, gid } : {};
  const hub = () => join(folder, 'hub', 'dist', 'hub.js');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hub-image-'));
    await assemble(join(folder, 'hub'));
    await mkdir(join(folder, 'data'), { mode: 0o777 });
    for (const each of ['', 'data']) await chmod(join(folder, each), 0o777);
  });
  afterAll(async () => {
    if (started?.exitCode === null) {
      started.kill('SIGKILL');
      await once(started, 'exit');
    }
    await removeFolder(folder);
  });

  it('are enough to start a hub as the user of the image, whose health check then passes', async () => {
    const data = join(folder, 'data', 'started');
    started = spawn(process.execPath, [hub(), 'start', '--port', '0', '--data', data], { ...user, cwd: folder });
    const lines = createInterface({ input: started.stdout! });
    let url: string | undefined;
    for await (const line of lines) {
      url = /http:\S+(?=\/graphql)/.exec(line)?.[0];
      if (url) break;
    }
    const [program, ...args] = wordsOf(instructionsOf(image, 'HEALTHCHECK')[0]!);
    const check = (address: string) =>
      run(
        program!,
        args.map((arg) => arg.replace('http://127.0.0.1:4000', address)),
        user,
      );
    await check(url!);
    await expect(check('http://127.0.0.1:1')).rejects.toMatchObject({ code: 1 });
    const page = await fetch(url!, { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('<div id="root">');
  });

  it('are enough to register images, train on them and classify photos', async () => {
    // Images of its own: a hundredth of the time of the sample, which test/cli/demo.slow trains on.
    const images = join(folder, 'colours');
    await writeColours(images, 8);
    const data = join(folder, 'data', 'demo');
    const args = ['demo', '--json', '--exit', '--no-fine-tune', '--port', '0', '--data', data, '--from', images];
    const { stdout } = await run(process.execPath, [hub(), ...args], { ...user, cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({ run: { state: 'SUCCEEDED' } });
  });
});
