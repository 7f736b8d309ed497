import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { zipOf } from '../datasets/archives.js';
import { buildParts } from '../setup/program.js';
import { colourImages } from '../support/colour-images.js';
import { TestHub } from '../support/test-hub.js';

const ROOT = new URL('../../', import.meta.url);
const TSC = fileURLToPath(new URL('node_modules/typescript-7/bin/tsc', ROOT));
const BENCH = fileURLToPath(new URL('bench/run.mjs', ROOT));
const run = promisify(execFile);

interface Report {
  readonly checks: readonly { readonly name: string; readonly value: number; readonly holds: boolean }[];
}

// The bench itself kills 50 processes; what it does to a hub, and how it looks for losses, is in bench/support/faults.
it('a hub that is killed, damaged or without room loses nothing, and goes on', { timeout: 600_000 }, async ({
  signal,
}) => {
  await buildParts(['types']);
  await run(process.execPath, [TSC, '-p', 'tsconfig.json'], { cwd: fileURLToPath(ROOT), signal }); // the bench needs out/
  const hub = await TestHub.start(); // for its narrow network, which trains in no time
  onTestFinished(() => hub.remove());
  await hub.ask('add-backbone', { name: 'tiny-imagenet-2' });
  const archive = await hub.file('colours.zip', await zipOf(await colourImages()));
  await hub.stop();
  const small = ['--kills', '2', '--rounds', '1', '--work', 'training', 'promotion', '--no-clock'];
  const own = ['--data', hub.data, '--archive', archive];
  const { stdout, stderr } = await run(process.execPath, [BENCH, 'faults', '--json', ...small, ...own], { signal });
  const { checks } = JSON.parse(stdout) as Report;
  expect(checks.length).toBeGreaterThan(2);
  expect(
    checks.filter(({ holds }) => !holds),
    stderr, // where full disks cannot be made, it says so
  ).toEqual([]);
});
