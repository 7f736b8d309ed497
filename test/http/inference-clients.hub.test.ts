import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestHub } from '../support/test-hub.js';

const CLIENT = fileURLToPath(new URL('../reference/oip_client.py', import.meta.url));
/** Made by `npm run bench -- protocols`; OIP_PYTHON names another one with tritonclient, and kserve if it is there. */
const BIN = process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python';
const PYTHON =
  process.env.OIP_PYTHON ?? fileURLToPath(new URL(`../../bench/peers/.venv-clients/${BIN}`, import.meta.url));
const missing = !existsSync(PYTHON);

describe.skipIf(missing)(
  'stock clients of the Open Inference Protocol, if `npm run bench -- protocols` has installed them',
  () => {
    let hub: TestHub;
    beforeAll(async () => {
      hub = await TestHub.startWithColours({ settings: { grpcPort: 0 } });
    });
    afterAll(() => hub.remove());

    it('work as they are: every form of a request gives the same answer, and refusals their errors', async () => {
      const env = { ...process.env, HUB_TOKEN: hub.token };
      const { stdout } = await promisify(execFile)(PYTHON, [CLIENT, hub.url, 'colours', hub.grpc], { env });
      const { clients, asked, labels } = JSON.parse(stdout) as {
        clients: { tritonclient: string; kserve: string | null };
        asked: string[];
        labels: string[];
      };
      expect(clients.tritonclient).toMatch(/^2\./);
      expect(asked.length).toBeGreaterThanOrEqual(clients.kserve ? 50 : 46);
      expect(labels).toHaveLength(3);
    });
  },
);
