import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findTfjs } from '../../src/engines/tensorflow/tfjs-package.js';
import { registerColours } from '../support/colour-images.js';
import { QUICK } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

let hub: TestHub;
let datasetVersionId: string;

beforeAll(async () => {
  hub = await TestHub.start();
  datasetVersionId = (await registerColours(hub)).id;
});
afterAll(() => hub.remove());

async function trainedOn(engine: 'onnx' | 'tensorflow') {
  await hub.stop();
  await hub.start({ engine, device: 'cpu' });
  return hub.train({ datasetVersionId, recipe: QUICK });
}

describe('a hub', () => {
  it('keeps in the record of a run who computed', async () => {
    const { engine } = await trainedOn('onnx');
    expect(engine).toMatchObject({ name: 'onnx', device: 'cpu', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
  });

  it.skipIf(!findTfjs())(
    'trains on TensorFlow when it is told to (skipped without npm run engine:tensorflow)',
    async () => {
      const run = await trainedOn('tensorflow');
      expect(run.engine).toMatchObject({ name: 'tensorflow', device: 'cpu', version: expect.stringMatching(/^2\./) });
      expect(run.testAccuracy).toBeGreaterThan(0.5);
    },
  );

  it('does not start with an engine that cannot compute on what is asked for', async () => {
    await hub.stop();
    await expect(hub.start({ engine: 'tensorflow', device: 'webgpu' })).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
    });
    await expect(hub.start()).resolves.toBeUndefined(); // the refusal left nothing behind
  });
});
