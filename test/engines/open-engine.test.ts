import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVICES } from '../../src/engines/compute.js';
import { checkSpace, run } from '../../src/engines/install/commands.js';
import { findDevice } from '../../src/engines/onnx/devices.js';
import { findComputer, openEngine } from '../../src/engines/open-engine.js';
import { installTensorFlow, removeTensorFlow } from '../../src/engines/tensorflow/install/install.js';
import { findTfjs } from '../../src/engines/tensorflow/tfjs-package.js';
import { TESTED_ENGINES } from '../support/engines.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-engine-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.runIf(findTfjs())('the tests of engines cover TensorFlow itself (skipped without npm run engine:tensorflow)', () => {
  expect(TESTED_ENGINES.map(({ name }) => name)).toContain('tensorflow');
});

describe('the engine that computes', () => {
  it('is ONNX Runtime on the CPU where that is asked for, and nothing is said about it', async () => {
    const { engine, notes } = await openEngine({ engine: 'onnx', device: 'cpu' }, 1);
    expect(engine.info).toMatchObject({ name: 'onnx', device: 'cpu', threads: 1 });
    expect(notes).toEqual([]);
  });

  it('is one that works where none is named', async () => {
    const { engine } = await openEngine({ engine: 'auto', device: 'auto' }, 1);
    expect(engine.info.device).toMatch(/^(cpu|cuda)$/);
    const { name, device } = engine.info;
    await expect(findComputer({ engine: 'auto', device: 'auto' })).resolves.toEqual({ name, device });
  });

  it('is never TensorFlow on WebGPU, which a hub says when it starts', async () => {
    const asked = { engine: 'tensorflow', device: 'webgpu' } as const;
    const refusal = { code: 'ENGINE_UNAVAILABLE', message: expect.stringContaining('on cpu or cuda, not on webgpu') };
    await expect(findComputer(asked)).rejects.toMatchObject(refusal);
    await expect(openEngine(asked, 1)).rejects.toMatchObject(refusal);
  });

  it.skipIf(findTfjs())('is not TensorFlow where it is not installed: the error says the command', async () => {
    const asked = { engine: 'tensorflow', device: 'auto' } as const;
    const refusal = { code: 'ENGINE_UNAVAILABLE', message: expect.stringContaining('npm run engine:tensorflow') };
    await expect(findComputer(asked)).rejects.toMatchObject(refusal);
    await expect(openEngine(asked, 1)).rejects.toMatchObject(refusal);
  });
});

describe('a device of ONNX Runtime', () => {
  // Some machines have a graphics card: what works there is no error.
  it.each(DEVICES.filter((device) => device !== 'auto'))('that is named works or is refused: %s', async (device) => {
    const found = await findDevice(device).catch((error: unknown) => error);
    if (found instanceof Error) {
      expect(found).toMatchObject({ code: 'ENGINE_UNAVAILABLE', details: { device } });
      expect(found.message).toMatch(
        new RegExp(`^ONNX Runtime cannot compute on ${device} here: .+\\. docs/engines\\.md`),
      );
    } else {
      expect(found).toEqual({ device, notes: [] });
    }
  });

  it('falls back to the CPU where none is named and CUDA is not there', async () => {
    const { device, notes } = await findDevice('auto');
    expect(device === 'cuda' || device === 'cpu').toBe(true);
    if (device === 'cuda') expect(notes).toEqual([]);
    for (const note of notes) expect(note).toContain('Using the CPU instead.');
  });
});

describe('the installation of TensorFlow', () => {
  const options = { gpu: true, compiler: 'c++', python: 'python3', log: () => undefined };

  it.skipIf(process.platform !== 'linux')('names a compiler that is missing, and has made nothing', async () => {
    const place = join(folder, 'without-compiler');
    const installing = installTensorFlow({ ...options, folder: place, compiler: join(folder, 'no-c++') });
    await expect(installing).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('no-c++ is missing: a C++ compiler is needed'),
    });
    expect(existsSync(place)).toBe(false);
  });

  it.skipIf(process.platform !== 'linux')('names a Python that is missing, and has made nothing', async () => {
    const place = join(folder, 'without-python');
    // Node stands for a compiler that says its version.
    const tools = { compiler: process.execPath, python: join(folder, 'no-python') };
    await expect(installTensorFlow({ ...options, ...tools, folder: place })).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('no-python is missing: a Python with pip'),
    });
    expect(existsSync(place)).toBe(false);
  });

  it.skipIf(process.platform === 'linux')('says where it cannot be made, and what to do instead', async () => {
    await expect(installTensorFlow({ ...options, folder: join(folder, 'elsewhere') })).rejects.toThrow(
      'compiled on Linux alone',
    );
  });

  it('says how much room the disk lacks', async () => {
    await expect(checkSpace(folder, 1e18)).rejects.toThrow(/needs 1 EB of disk; .+ has /);
    await expect(checkSpace(folder, 1)).resolves.toBeUndefined();
  });

  it('tells the last lines of a tool that fails', async () => {
    const failing = ['-e', 'console.error("first\\nlast words"); process.exit(3)'];
    await expect(run({ command: process.execPath, remedy: 'mend it.' }, failing)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringMatching(/failed: mend it\.\nfirst\nlast words$/),
    });
  });

  it('is undone by taking its folder away, also twice', async () => {
    const place = await mkdtemp(join(folder, 'made-'));
    await writeFile(join(place, 'package.json'), '{}');
    await removeTensorFlow(place);
    expect(existsSync(place)).toBe(false);
    await removeTensorFlow(place);
  });
});
