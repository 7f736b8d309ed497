import { cp, mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, it, onTestFinished } from 'vitest';
import { colourPhoto } from '../support/colour-images.js';
import { HubProcess } from '../support/hub-process.js';
import { QUICK } from '../support/recipes.js';
import { removeFolder } from '../support/remove-folder.js';

it('neither the hub nor its workers let ONNX Runtime keep a device id or send telemetry', async () => {
  const { data, datasetVersionId } = inject('colours');
  const folder = await mkdtemp(join(tmpdir(), 'hub-telemetry-'));
  onTestFinished(() => removeFolder(folder));
  const [own, home] = [join(folder, 'data'), join(folder, 'home')];
  await cp(data, own, { recursive: true });
  await mkdir(home);
  // ONNX Runtime keeps quiet on CI by itself; what it stores without the variable lies under HOME.
  const { CI: _, ORT_DISABLE_TELEMETRY: __, XDG_CACHE_HOME: ___, ...env } = process.env;
  const hub = await HubProcess.startIn({ env: { ...env, HOME: home } }, own);
  await hub.train({ datasetVersionId, recipe: { ...QUICK, epochs: 1 } });
  await hub.send('classify', 'image', await colourPhoto('red', 1), { model: 'colours' });
  await hub.end('SIGTERM');
  expect(await readdir(home)).toEqual([]);
});
