import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../docs/pages.js';
import { colourPhoto } from '../support/colour-images.js';
import { hasPython, python } from '../support/python.js';
import { TestHub } from '../support/test-hub.js';

const EXAMPLES = join(ROOT, 'clients', 'examples');
const run = promisify(execFile);

describe('the examples', () => {
  let hub: TestHub;
  let photo: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    hub = await TestHub.startWithColours();
    photo = await hub.file('green.png', await colourPhoto('green', 99));
    env = { HUB_URL: hub.url, HUB_TOKEN: hub.token };
  });
  afterAll(() => hub.remove());

  it.skipIf(spawnSync('curl', ['--version']).status !== 0)('for curl', async () => {
    const args = [join(EXAMPLES, 'curl.sh'), 'colours', photo];
    const { stdout } = await run('sh', args, { env: { ...process.env, ...env } });
    const [rest, graphql] = stdout.trim().split('\n');
    expect(JSON.parse(rest!)).toMatchObject({ label: 'green', top: [{}, {}, {}] });
    expect(JSON.parse(graphql!)).toMatchObject({ data: { classify: { label: 'green' } } });
  });

  it('for Apollo Client', async () => {
    const args = [join(EXAMPLES, 'apollo-client.mjs'), 'colours', photo];
    const { stdout } = await run(process.execPath, args, { env: { ...process.env, ...env } });
    const [answer, ...epochs] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(answer).toMatchObject({ label: 'green', modelVersion: 1 });
    expect(epochs[0]).toMatchObject({ epoch: 1 });
  });

  it.skipIf(!hasPython('gql', 'aiohttp', 'websockets'))('for gql', async () => {
    const output = await python([join(EXAMPLES, 'gql_client.py'), 'colours', photo], env);
    expect(output).toMatch(/'label': 'green'[\s\S]*'epoch': 1/);
  });

  it.skipIf(!hasPython('tritonclient.http', 'PIL'))('for tritonclient', async () => {
    const output = await python([join(EXAMPLES, 'triton_client.py'), 'colours', photo], env);
    expect(output).toMatch(/from pixels: green .*\n.*from the file: green/);
  });
});
