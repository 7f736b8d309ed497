import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit.js';
import { bundleOf } from '../../src/package.js';
import { colourPhoto } from '../support/colour-images.js';
import { type CommandOptions, type Ended, startHubCommand } from '../support/command.js';
import { ENDLESS } from '../support/recipes.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

/** What only a process has: its environment, its streams, its signals and its exit code. */
describe('hub as a process', () => {
  let hub: HubWithColours;

  beforeAll(async () => {
    hub = await TestHub.startWithColours();
  });
  afterAll(() => hub.remove());

  /** Runs a command that finds the hub through its environment. */
  const inItsEnvironment = (command: readonly string[], options: CommandOptions = {}): Promise<Ended> =>
    startHubCommand(command, { ...options, env: { HUB_URL: hub.url, HUB_TOKEN: hub.token } }).ended;

  it('reads address and token from its environment', async () => {
    const { code, stdout, stderr } = await inItsEnvironment(['runs', '--json']);
    expect(code, stderr).toBe(EXIT.done);
    expect(stdout).toMatch(/^\{.+\}\n$/);
    expect((JSON.parse(stdout) as { runs: unknown[] }).runs).toContainEqual(expect.objectContaining({ id: hub.runId }));
    const where = await inItsEnvironment(['token', '--where']);
    expect(where).toEqual({ code: EXIT.done, stdout: '--token or HUB_TOKEN\n', stderr: '' });
  });

  it('reads standard input', async () => {
    const command = ['classify', '-', '--json']; // by the one model that serves
    const { code, stdout, stderr } = await inItsEnvironment(command, { input: await colourPhoto('red', 99, 64, 48) });
    expect(code, stderr).toBe(EXIT.done);
    expect(JSON.parse(stdout)).toMatchObject({ classifications: [{ file: '-', label: 'red' }] });
  });

  it('ends with the code of its error, told on standard error', async () => {
    expect(await inItsEnvironment(['run', 'show', 'nothing'])).toEqual({
      code: EXIT.notFound,
      stdout: '',
      stderr: 'hub: There is no run nothing: "hub runs" lists them.\n',
    });
  });

  it('ends quietly when the reader of its output stops early', async () => {
    const child = spawn(process.execPath, [bundleOf('hub'), '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const exit = once(child, 'exit');
    expect(await text(child.stderr)).toBe('');
    expect(await exit).toEqual([EXIT.done, null]);
  });

  // On Windows a signal from another process ends it at once.
  it.skipIf(process.platform === 'win32')(
    'that follows a run leaves it to the hub on Ctrl-C, and ends with it when it is cancelled',
    async () => {
      const id = await hub.queue({ datasetVersionId: hub.datasetVersionId, recipe: ENDLESS });
      const follow = ['run', 'follow', id, '--url', hub.url, '--data', hub.data];
      const [first, second] = [startHubCommand(follow), startHubCommand(follow)];
      await Promise.all([epoch(first.child.stderr), epoch(second.child.stderr)]);
      first.child.kill('SIGINT');
      expect(await first.ended).toMatchObject({
        code: EXIT.interrupted,
        stderr: expect.stringContaining(`hub: The run continues in the hub: "hub run follow ${id}" follows it again.`),
      });
      expect((await hub.run(id)).state).toBe('RUNNING');
      await hub.ask('cancel-run', { id });
      expect(await second.ended).toMatchObject({
        code: EXIT.runFailed,
        stderr: expect.stringContaining(`hub: The run ${id} is CANCELLED.\n`),
      });
    },
  );
});

/** Waits until an epoch is shown. */
async function epoch(stderr: NodeJS.ReadableStream | null): Promise<void> {
  await new Promise<void>((resolve) => {
    stderr?.on('data', (chunk: Buffer) => {
      if (/epoch \d/.test(chunk.toString())) resolve();
    });
  });
}
