import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compileNetwork } from '../../src/engines/compile-network.js';
import type { ClassifierForward, ClassifierSpec, PixelBatch } from '../../src/engines/engine.js';
import { formHere, type NetworkForm } from '../../src/engines/network-form.js';
import { NetworkThread } from '../../src/engines/network-thread.js';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { findComputer, openEngine } from '../../src/engines/open-engine.js';
import { findOpenVino, hasKoffi } from '../../src/engines/openvino/find-openvino.js';
import { installOpenVino, removeOpenVino } from '../../src/engines/openvino/install/install.js';
import { testOpenVino } from '../../src/engines/openvino/install/self-test.js';
import { loadOpenVino } from '../../src/engines/openvino/library.js';
import { OpenVinoEngine } from '../../src/engines/openvino/openvino-engine.js';
import { head } from '../../src/network/head.js';
import { writeSafetensors } from '../../src/network/safetensors.js';
import { randomStream, uniform } from '../../src/random.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import { initialWeights } from '../../src/training/initial-weights.js';
import { temporaryFolder } from '../datasets/fixtures.js';
import { FORWARD_ENGINES } from '../support/engines.js';
import { narrowBackbone, narrowBackboneFile, narrowLite } from '../support/narrow-backbone.js';
import { relativeError } from '../support/reference.js';

const installed = findOpenVino() !== undefined;
const SIZE = { input: 32, image: 75 };
const CLASSES = 4;

it.runIf(installed)('the tests of engines cover OpenVINO (skipped without npm run engine:openvino)', () => {
  expect(FORWARD_ENGINES.map(({ name }) => name)).toContain('openvino');
});

function classifier(backbone = narrowBackbone()): ClassifierSpec {
  const layers = head(backbone.has('stem_conv/kernel') ? 160 : 128, { classes: CLASSES, hidden: 16, dropout: 0.3 });
  return { backbone, head: layers, headWeights: initialWeights(layers, 1), size: SIZE };
}

function noise(seed: number, n: number): PixelBatch {
  const random = randomStream(seed, 'pictures');
  return { pixels: Uint8Array.from({ length: n * SIZE.input ** 2 * 3 }, () => Math.floor(uniform(random) * 256)), n };
}

async function* batches(...given: readonly PixelBatch[]): AsyncGenerator<PixelBatch> {
  yield* given;
}

async function answersOf(network: ClassifierForward, { pixels, n }: PixelBatch): Promise<Float32Array> {
  const answers = await network.run(pixels, n);
  await network.dispose();
  return answers;
}

const farthest = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

describe.runIf(installed)('OpenVINO', () => {
  const onnx = new OnnxEngine(1);
  const pictures = noise(2, 6);

  it.each([
    ['InceptionV3', narrowBackbone(), 0.02],
    ['EfficientNet-Lite0', narrowLite(), 0.1],
  ])('computes the 8-bit file of %s nearly as ONNX Runtime does', async (_, backbone, within) => {
    const spec = classifier(backbone);
    const file = await onnx.quantize(spec, batches(noise(1, 8), noise(3, 4)));
    const expected = await answersOf(await onnx.load(file, SIZE), pictures);
    const answers = await answersOf(await new OpenVinoEngine(1).load(file, SIZE, false), pictures);
    expect(farthest(answers, expected)).toBeLessThan(within);
    expect(farthest(answers, expected), 'it computes by itself').toBeGreaterThan(0);
    const floats = await answersOf((await onnx.classifier(spec)) as ClassifierForward, pictures);
    expect(farthest(answers, floats)).toBeLessThan(within);
  });

  // Elsewhere the library computes with 32-bit floats instead.
  it.runIf(installed && loadOpenVino().capabilities.includes('BF16'))('computes with bfloat16 to 2e-2', async () => {
    const spec = classifier();
    const floats = await answersOf((await onnx.classifier(spec)) as ClassifierForward, pictures);
    const file = await temporaryNetwork(spec);
    const answers = await answersOf(await file.load('BF16'), pictures);
    await file.close();
    expect(relativeError(answers, floats)).toBeLessThan(2e-2);
    expect(relativeError(answers, floats)).toBeGreaterThan(0);
  });

  it('gives 16-bit features to the last bit of most', async () => {
    const spec = { backbone: narrowBackbone(), size: SIZE, firstTrainedLayer: 'mixed6', type: 'float16' } as const;
    const [expected, actual] = await Promise.all(
      [onnx, new OpenVinoEngine(1)].map(async (engine) => {
        const network = await engine.frozen(spec);
        return (await network.run(pictures.pixels, pictures.n)) as Uint16Array;
      }),
    );
    const apart = expected!.map((bits, i) => Math.abs(bits - actual![i]!));
    expect(actual).toHaveLength(expected!.length);
    expect(Math.max(...apart)).toBeLessThanOrEqual(4); // units in the last of 11 places
  });

  it('answers for batches of any size in turn, with the activations that led to the answers', async () => {
    const spec = classifier();
    const network = await (await temporaryNetwork(spec)).load('FP32');
    const onnxNetwork = (await onnx.classifier(spec)) as ClassifierForward;
    for (const n of [1, 5, 2]) {
      const { pixels } = noise(n, n);
      const [expected, actual] = [
        await onnxNetwork.runWithFeatures(pixels, n, true),
        await network.runWithFeatures(pixels, n, true),
      ];
      for (const part of ['probabilities', 'features', 'maps'] as const) {
        expect(relativeError(actual[part]!, expected[part]!), part).toBeLessThan(1e-4);
      }
    }
    expect((await network.runWithFeatures(noise(1, 1).pixels, 1, false)).maps).toBeNull();
  });

  it('says what is wrong with a file, without places in its sources', async () => {
    const loading = new OpenVinoEngine(1).load(new Uint8Array([1, 2, 3]), SIZE, false);
    await expect(loading).rejects.toThrow(/^(?!.*\.cpp).*\w{4}/);
  });

  describe('in lanes', () => {
    const threads: NetworkThread[] = [];
    afterAll(() => Promise.all(threads.map((thread) => thread.close())));

    it('shares one network, which outlives the lane that loaded it', async () => {
      const spec = classifier();
      const { file, size, form } = (await temporaryNetwork(spec)).compiled;
      const start = (): NetworkThread => {
        const thread = new NetworkThread({ blobPlace: { folder: '' }, threads: 1 });
        threads.push(thread);
        return thread;
      };
      const first = await start().load({ file, size, form, lanes: 2, handle: null });
      expect(first.handle).toBeTypeOf('bigint');
      const second = await start().load({ file, size, form, lanes: 2, handle: first.handle });
      const { pixels, n } = pictures;
      const expected = await answersOf((await onnx.classifier(spec)) as ClassifierForward, pictures);
      for (const answers of await Promise.all([first.run(pixels, n), second.run(pixels, n)])) {
        expect(farthest(answers, expected)).toBeLessThan(1e-5);
      }
      await first.dispose();
      await threads[0]!.close();
      expect(farthest(await second.run(pixels, n), expected)).toBeLessThan(1e-5);
      await second.dispose();
    });
  });

  it('passes its self-test', async () => {
    expect(await testOpenVino(join(findOpenVino()!, '..', '..', '..'))).toMatchObject({
      version: expect.stringMatching(/^\d{4}\.\d+/),
      capabilities: expect.arrayContaining(['FP32']),
    });
  });

  it('takes part in training: its features, and the steps of ONNX Runtime', async () => {
    const { engine, notes } = await openEngine({ engine: 'openvino', device: 'auto' }, 1);
    expect(engine.info).toMatchObject({ name: 'openvino', device: 'cpu' });
    expect(notes).toEqual([
      expect.stringMatching(/^OpenVINO .+ computes features; it cannot train: ONNX Runtime .+ steps\.$/),
    ]);
    expect(await findComputer({ engine: 'openvino', device: 'cpu' })).toEqual({ name: 'openvino', device: 'cpu' });
  });
});

/** A network in the file from which serving loads it. */
async function temporaryNetwork(spec: ClassifierSpec) {
  const folder = await temporaryFolder();
  const blobs = new FileBlobStore(folder);
  const network = {
    backboneBlob: (await blobs.put(narrowBackboneFile())).sha256,
    weightsBlob: (await blobs.put(writeSafetensors(spec.headWeights))).sha256,
    ...{ quantizedBlob: null, size: SIZE },
  };
  const form: NetworkForm = { runtime: 'OPENVINO', precision: 'FP32' };
  const file = join(folder, 'network');
  await compileNetwork({ blobPlace: { folder }, network: { ...network, form }, file }, blobs);
  const thread = new NetworkThread({ blobPlace: { folder }, threads: 1 });
  return {
    compiled: { file, size: SIZE, form },
    load: (precision: NetworkForm['precision']) => thread.load({ file, size: SIZE, form: { ...form, precision } }),
    close: () => thread.close(),
  };
}

describe('without OpenVINO', () => {
  it.skipIf(installed)('the engine is refused with the command that installs it', async () => {
    const asked = { engine: 'openvino', device: 'auto' } as const;
    const refusal = { code: 'ENGINE_UNAVAILABLE', message: expect.stringContaining('npm run engine:openvino') };
    await expect(findComputer(asked)).rejects.toMatchObject(refusal);
    await expect(openEngine(asked, 1)).rejects.toMatchObject(refusal);
  });

  it('the engine is refused on a graphics card', async () => {
    const refusal = { code: 'ENGINE_UNAVAILABLE', message: 'The openvino engine computes on cpu, not on cuda.' };
    await expect(findComputer({ engine: 'openvino', device: 'cuda' })).rejects.toMatchObject(refusal);
    await expect(openEngine({ engine: 'openvino', device: 'cuda' }, 1)).rejects.toMatchObject(refusal);
  });

  it.skipIf(installed)('a version serves in the form of ONNX Runtime', () => {
    expect(formHere({ runtime: 'OPENVINO', precision: 'INT8' })).toEqual({
      runtime: 'ONNX_RUNTIME',
      precision: 'INT8',
    });
    expect(formHere({ runtime: 'OPENVINO', precision: 'BF16' })).toEqual({
      runtime: 'ONNX_RUNTIME',
      precision: 'FP32',
    });
  });

  it.runIf(hasKoffi())('a library that does not load is an error that says what to do', async () => {
    const folder = await temporaryFolder();
    const libraries = join(folder, 'openvino', 'libs');
    await mkdir(libraries, { recursive: true });
    await writeFile(join(libraries, 'libopenvino_c.so.2641'), 'not a library');
    expect(findOpenVino(folder)).toBe(join(libraries, 'libopenvino_c.so.2641'));
    await expect(testOpenVino(folder)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringMatching(/does not load: .+ Install it again: npm run engine:openvino$/),
    });
  });

  it.runIf(hasKoffi())('a Python that is missing is named, and nothing is made', async () => {
    const folder = await temporaryFolder();
    const place = join(folder, 'without-python');
    const options = { python: join(folder, 'no-python'), log: () => undefined, folder: place };
    await expect(installOpenVino(options)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('no-python is missing: a Python with pip'),
    });
    expect(existsSync(place)).toBe(false);
  });

  it('removing it twice is no error', async () => {
    const place = await temporaryFolder();
    await removeOpenVino(place);
    expect(existsSync(place)).toBe(false);
    await removeOpenVino(place);
  });
});
