import { describe, expect, it, onTestFinished } from 'vitest';
import { findTfjs } from '../../src/engines/tensorflow/tfjs-package.js';
import type { PrismaClient } from '../../src/storage/database.js';
import type { RunAnswer } from '../support/answers.js';
import { HOPELESS, QUICK } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

async function trainedOn(engine: 'onnx' | 'tensorflow', recipe: object): Promise<RunAnswer> {
  const hub = await TestHub.startWithColours({ settings: { engine, device: 'cpu' } });
  onTestFinished(() => hub.remove());
  return hub.train({ datasetVersionId: hub.datasetVersionId, recipe });
}

describe('a hub', () => {
  it('records the engine of a run', async () => {
    const { engine } = await trainedOn('onnx', HOPELESS);
    expect(engine).toMatchObject({ name: 'onnx', device: 'cpu', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
    expect(engine).toMatchObject({ features: null, reason: 'Named with --engine.' });
  });

  it('reproduces a run with the engine that trained it, or says that it is not installed', async () => {
    const rows = async (client: PrismaClient): Promise<void> => {
      for (const { id, engine } of await client.run.findMany()) {
        await client.run.update({ where: { id }, data: { engine: { ...(engine as object), name: 'tensorflow' } } });
      }
    };
    const hub = await TestHub.startWithColours({ rows, settings: { device: 'cpu' } });
    onTestFinished(() => hub.remove());
    const { reproduceRun } = await hub.ask<{ reproduceRun: RunAnswer }>('reproduce-run', { id: hub.runId });
    expect((await hub.ended(reproduceRun.id)).engine).toMatchObject(
      findTfjs()
        ? {
            name: 'tensorflow',
            features: expect.stringMatching(/^onnx 1/),
            reason: expect.stringContaining('reproduces'),
          }
        : { name: 'onnx', features: null, reason: 'TensorFlow, which trained before, is not installed here.' },
    );
  });

  it.skipIf(!findTfjs())(
    'trains on TensorFlow when it is told to (skipped without npm run engine:tensorflow)',
    async () => {
      const run = await trainedOn('tensorflow', QUICK);
      expect(run.engine).toMatchObject({ name: 'tensorflow', device: 'cpu', version: expect.stringMatching(/^2\./) });
      expect(run.testAccuracy).toBeGreaterThan(0.5);
    },
  );

  it('does not start with an engine that cannot compute on the requested device', async () => {
    const hub = await TestHub.prepare();
    onTestFinished(() => hub.remove());
    await expect(hub.start({ engine: 'tensorflow', device: 'webgpu' })).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
    });
    await expect(hub.start()).resolves.toBeUndefined(); // the refusal left nothing behind
  });
});
