import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { startHub } from '../../src/app/hub.js';
import { resolveConfig } from '../../src/config.js';
import { temporaryFolder } from '../datasets/fixtures.js';

it('a taken port is noticed before the data folder is opened', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const data = join(await temporaryFolder(), 'data');
  await expect(startHub(resolveConfig({ data, port }, {}), pino({ level: 'silent' }))).rejects.toMatchObject({
    code: 'CONFLICT',
    message: `Port ${port} is taken; stop the program that listens on it, or choose another with --port.`,
  });
  expect(existsSync(data)).toBe(false);
});
