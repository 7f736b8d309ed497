import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Engine, TrainerSpec } from '../../src/engines/engine.js';
import { SpeedsFile } from '../../src/engines/measured-speeds.js';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { openEngine } from '../../src/engines/open-engine.js';
import { stepSpeeds } from '../../src/engines/step-speeds.js';
import { findTfjs, installationOf } from '../../src/engines/tensorflow/tfjs-package.js';
import { HubError } from '../../src/errors.js';
import { type ChoiceParts, chooseEngine } from '../../src/training/choose-engine.js';
import type { Job } from '../../src/training/job.js';
import { InProcessTraining } from '../support/in-process-training.js';

const AUTO = { engine: 'auto', device: 'auto' } as const;
const onnx = new OnnxEngine(1);
/** ONNX Runtime under the name of TensorFlow, whose choice is tested here and not its numbers. */
const tensorflow: Engine = {
  info: { ...onnx.info, name: 'tensorflow', version: '2.21.0' },
  frozen: (spec) => onnx.frozen(spec),
  classifier: (spec) => onnx.classifier(spec),
  trainer: (spec) => onnx.trainer(spec),
};

let training: InProcessTraining;
let long: Job;
let speedsFile: string;
let files = 0;

beforeAll(async () => {
  training = await InProcessTraining.start();
  const recipe = { ...training.job.recipe, splitLayer: 'mixed9', batchSize: 10, epochs: 100 } as const;
  long = { ...training.job, recipe };
});
afterAll(() => training.remove());
beforeEach(() => {
  files += 1;
  speedsFile = join(training.folder, `speeds-${files}.json`);
});

/** Chooses with measured speeds. @returns the choice, and what was measured. */
async function choose(
  job: Job,
  imagesPerSecond: readonly [onnx: number, tensorflow: number],
  parts: Partial<ChoiceParts> = {},
  busy = false,
) {
  const specs: TrainerSpec[] = [];
  const { engine, choice, notes } = await chooseEngine(job, {
    blobs: training.blobs,
    signal: new AbortController().signal,
    compute: { ...AUTO, speedsFile },
    base: onnx,
    tensorFlow: { id: 'one', open: async () => tensorflow },
    measure: async (_engines, spec) => {
      specs.push(spec);
      return { imagesPerSecond, busy };
    },
    ...parts,
  });
  return { engine: engine.info.name, ...choice, notes, specs };
}

const broken = (message: string) => ({
  id: 'one',
  open: () => Promise.reject(new HubError('ENGINE_UNAVAILABLE', message)),
});

describe('the engine of a run', () => {
  it.each([
    ['TensorFlow where it is faster', [6.2, 8.123], 'tensorflow'],
    ['ONNX Runtime where it is faster', [8, 6], 'onnx'],
    ['ONNX Runtime where the difference is within the error of a measurement', [8, 8.3], 'onnx'],
  ] as const)('is %s, and the record has both speeds', async (_, speeds, name) => {
    const { engine, reason, features, notes } = await choose(long, speeds);
    expect(engine).toBe(name);
    expect(features).toBe(name === 'onnx' ? null : `onnx ${onnx.info.version}`);
    expect(reason).toMatch(/^Steps measured on \d{4}-\d\d-\d\d: TensorFlow 2\.21\.0 .+ images\/s, ONNX Runtime 1\./);
    if (name === 'tensorflow') expect(reason).toContain('TensorFlow 2.21.0 8.12 images/s, ONNX Runtime');
    expect(notes).toEqual([reason]);
  });

  it('is measured once for runs of one shape, and again for another shape or installation', async () => {
    const first = await choose(long, [1, 2]);
    expect(first.specs).toHaveLength(1);
    const { recipe } = long;
    const again = await choose({ ...long, recipe: { ...recipe, epochs: 200, seed: 9 } }, [2, 1]);
    expect(again).toMatchObject({ engine: 'tensorflow', reason: first.reason, notes: [], specs: [] });
    const others = [
      await choose({ ...long, recipe: { ...recipe, batchSize: 12 } }, [2, 1]),
      await choose({ ...long, recipe: { ...recipe, splitLayer: 'mixed8' } }, [2, 1]),
      await choose({ ...long, recipe: { ...recipe, liveStatistics: true } }, [2, 1]),
      await choose({ ...long, size: { input: 32, image: 96 }, recipe: { ...recipe, imageSize: 96 } }, [2, 1]),
      await choose(long, [2, 1], { tensorFlow: { id: 'two', open: async () => tensorflow } }),
      await choose(long, [2, 1], { base: new OnnxEngine(2) }),
    ];
    expect(others.map(({ engine, specs }) => [engine, specs.length])).toEqual(others.map(() => ['onnx', 1]));
  });

  it('is measured again after a measurement on a busy machine, which decides for one run alone', async () => {
    const busy = await choose(long, [1, 2], {}, true);
    expect(busy).toMatchObject({ engine: 'tensorflow', reason: expect.stringMatching(/-\d\d, on a busy machine: /) });
    const quiet = await choose(long, [2, 1]);
    expect(quiet).toMatchObject({ engine: 'onnx', specs: [expect.anything()] });
    expect(await choose(long, [1, 2])).toMatchObject({ engine: 'onnx', reason: quiet.reason, specs: [] });
  });

  it('is chosen also where its speed cannot be kept', async () => {
    const nowhere = { compute: { ...AUTO, speedsFile: join(training.folder, 'no-folder', 'speeds.json') } };
    expect(await choose(long, [1, 2], nowhere)).toMatchObject({ engine: 'tensorflow', specs: [expect.anything()] });
  });

  it('is chosen by workers that measure at the same time', async () => {
    const chosen = await Promise.all([choose(long, [1, 2]), choose(long, [2, 1]), choose(long, [1, 2])]);
    expect(chosen.map(({ engine }) => engine)).toEqual(['tensorflow', 'onnx', 'tensorflow']);
  });

  it('is measured in the steps of the run, in batches that take about a second', async () => {
    const [spec] = (await choose({ ...long, recipe: { ...long.recipe, liveStatistics: true, mixup: 0.2 } }, [1, 2]))
      .specs;
    expect(spec).toMatchObject({ batchSize: 10, mixes: true, input: { name: 'mixed9' } });
    expect(spec?.norms?.size).toBeGreaterThan(0);
    const size = { input: 32, image: 600 };
    const [large] = (await choose({ ...long, size, recipe: { ...long.recipe, imageSize: 600 } }, [1, 2])).specs;
    expect(large?.batchSize).toBe(2);
  });

  it.each<[string, Partial<Job>, Partial<ChoiceParts>, string, RegExp]>([
    ['named', {}, { compute: { engine: 'onnx', device: 'auto' } }, 'onnx', /^Named with --engine/],
    ['on a card', {}, { base: { ...onnx, info: { ...onnx.info, device: 'cuda' } } as Engine }, 'onnx', /graphics card/],
    ['the only one', {}, { tensorFlow: null }, 'onnx', /^No other engine that trains is installed/],
    ['that of the attempts before', { before: { engine: 'onnx', reason: 'So.' } }, {}, 'onnx', /^So\.$/],
    ['TensorFlow as before', { before: { engine: 'tensorflow', reason: 'So.' } }, {}, 'tensorflow', /^So\.$/],
    [
      'ONNX Runtime, which took the steps of OpenVINO',
      { before: { engine: 'openvino', reason: 'So.' } },
      {},
      'onnx',
      /So/,
    ],
  ])('is not measured where it is %s', async (_, changes, parts, engine, reason) => {
    const chosen = await choose({ ...long, ...changes }, [1, 2], parts);
    expect(chosen).toMatchObject({ engine, notes: [], specs: [], reason: expect.stringMatching(reason) });
  });

  it('is not measured for a head or a short run', async () => {
    const head = await choose(
      { ...long, recipe: { ...long.recipe, splitLayer: training.job.recipe.splitLayer } },
      [1, 2],
    );
    expect(head).toMatchObject({ engine: 'onnx', specs: [], reason: expect.stringContaining('head') });
    const short = await choose({ ...long, recipe: { ...long.recipe, epochs: 2 } }, [1, 2]);
    expect(short).toMatchObject({ engine: 'onnx', specs: [], reason: expect.stringContaining('too short') });
  });

  it('is ONNX Runtime where TensorFlow trained before and is gone, which the log says', async () => {
    const before = { engine: 'tensorflow', reason: 'So.' };
    const { engine, reason, notes } = await choose({ ...long, before }, [1, 2], { tensorFlow: null });
    expect([engine, reason]).toEqual(['onnx', 'TensorFlow, which trained before, is not installed here.']);
    expect(notes).toEqual([`${reason} The last digits of the results may differ.`]);
  });
});

describe('a broken TensorFlow', () => {
  const failing = async () => {
    throw new Error('out of memory');
  };
  it.each<[string, Partial<ChoiceParts>, string]>([
    ['does not load', { tensorFlow: broken('It does not load.') }, 'It does not load.'],
    ['cannot train', { measure: failing }, 'The tensorflow engine is installed, but it could not train: out of memory'],
  ])('that %s leaves the run to ONNX Runtime; log and record say why', async (_, parts, message) => {
    const chosen = await choose(long, [1, 2], parts);
    expect(chosen).toMatchObject({
      engine: 'onnx',
      reason: message,
      notes: [`${message} Using ONNX Runtime instead.`],
    });
    // Once it is mended, it is measured.
    expect(await choose(long, [1, 2])).toMatchObject({ engine: 'tensorflow' });
  });

  it('that ends the process twice is not tried a third time', async () => {
    await choose(long, [1, 2]);
    const [what] = Object.keys(JSON.parse(await readFile(speedsFile, 'utf8'))) as [string];
    const file = new SpeedsFile(speedsFile);
    await file.end(what, null);
    await file.begin(what); // the process ended here
    await file.begin(what);
    const third = await choose(long, [1, 2]);
    expect(third).toMatchObject({ engine: 'onnx', specs: [] });
    expect(third.reason).toContain('it ended the process when it was measured');
  });

  it('is measured again where the process was ended once, or the file is damaged', async () => {
    await choose(long, [1, 2]);
    const [what] = Object.keys(JSON.parse(await readFile(speedsFile, 'utf8'))) as [string];
    await new SpeedsFile(speedsFile).end(what, null);
    await new SpeedsFile(speedsFile).begin(what);
    expect((await choose(long, [1, 2])).specs).toHaveLength(1);
    await writeFile(speedsFile, '{ damaged');
    expect((await choose(long, [1, 2])).specs).toHaveLength(1);
  });

  it('is no reason when the run is cancelled while it is measured', async () => {
    const cancelled = new AbortController();
    const measure = async (): Promise<never> => {
      cancelled.abort(new Error('cancelled'));
      throw cancelled.signal.reason;
    };
    await expect(choose(long, [1, 2], { signal: cancelled.signal, measure })).rejects.toThrow('cancelled');
    expect(JSON.parse(await readFile(speedsFile, 'utf8'))).toEqual({});
  });
});

describe('the measurement of steps', () => {
  it('gives the speed of each engine, and ends with the reason of an aborted signal', async () => {
    const { specs } = await choose(long, [1, 2]);
    const [spec] = specs as [TrainerSpec];
    const { signal } = new AbortController();
    const { imagesPerSecond } = await stepSpeeds([onnx, tensorflow], spec, signal);
    expect(imagesPerSecond.every((speed) => speed > 0 && Number.isFinite(speed))).toBe(true);
    await expect(stepSpeeds([onnx], spec, AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled');
  });

  const found = findTfjs();
  it.skipIf(!found)('takes steps on TensorFlow itself (skipped without npm run engine:tensorflow)', async () => {
    const open = async () => (await openEngine({ engine: 'tensorflow', device: 'cpu' }, 1)).engine;
    const tensorFlow = { id: installationOf(found as NonNullable<typeof found>), open };
    const { engine, reason } = await choose(long, [0, 0], { tensorFlow, measure: stepSpeeds });
    const [, , fast, slow] = /TensorFlow (\S+) (\S+) images\/s, ONNX Runtime \S+ (\S+) images\/s/.exec(reason) ?? [];
    expect(engine).toBe(Number(fast) >= 1.05 * Number(slow) ? 'tensorflow' : 'onnx');
    // A busy machine is measured again.
    if (!reason.includes('busy'))
      expect(await choose(long, [0, 0], { tensorFlow })).toMatchObject({ reason, specs: [] });
  });
});
