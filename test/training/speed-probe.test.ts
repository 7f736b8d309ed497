import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine, TrainerSpec } from '../../src/engines/engine.js';
import { NetworkLoader } from '../../src/engines/network-loader.js';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { probeSpeed } from '../../src/training/speed-probe.js';
import { InProcessTraining } from '../support/in-process-training.js';

let training: InProcessTraining;
beforeAll(async () => {
  training = await InProcessTraining.start();
});
afterAll(() => training.remove());

it.each([true, false])('a probe trains the network that the run trains: statistics of batches %j', async (live) => {
  const { job, blobs } = training;
  const specs: TrainerSpec[] = [];
  const real = new OnnxEngine(1);
  const engine: Engine = {
    info: real.info,
    frozen: (spec) => real.frozen(spec),
    classifier: (spec) => real.classifier(spec),
    trainer: (spec) => {
      specs.push(spec);
      return real.trainer(spec);
    },
  };
  const recipe = { ...job.recipe, splitLayer: 'mixed9', batchSize: 10, liveStatistics: live } as const;
  const networkHosts = () => [new NetworkLoader(engine, blobs)];
  const { signal } = new AbortController();
  const probe = await probeSpeed({ ...job, recipe }, { blobs, engine, networkHosts, signal });
  expect(probe.secondsPerStep).toBeGreaterThan(0);
  expect(probe.secondsToLoad).toBeGreaterThan(0);
  expect(specs.map(({ norms }) => (norms?.size ?? 0) > 0)).toEqual([live]);
});
