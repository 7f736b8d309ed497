import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import protobuf from 'protobufjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClassifierSpec, PixelBatch } from '../../src/engines/engine.js';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { quantizeKernel } from '../../src/engines/onnx/quantize/quantize-kernel.js';
import { matchBackbone } from '../../src/network/backbone-weights.js';
import { head } from '../../src/network/head.js';
import type { Layer } from '../../src/network/layers.js';
import { randomStream, uniform } from '../../src/random.js';
import { initialWeights } from '../../src/training/initial-weights.js';
import { temporaryFolder } from '../datasets/fixtures.js';
import { narrowBackbone, narrowLite } from '../support/narrow-backbone.js';

const CLASSES = 4;
const engine = new OnnxEngine(1);

/** A narrow network with a head that tells pictures apart, for pictures that it enlarges or takes as they are. */
function classifier(input: number, image = 75, backbone = narrowBackbone()): ClassifierSpec {
  const layers = head(backbone.has('stem_conv/kernel') ? 160 : 128, { classes: CLASSES, hidden: 16, dropout: 0.3 });
  return { backbone, head: layers, headWeights: initialWeights(layers, 1), size: { input, image } };
}

function noise(seed: number, n: number, side: number): PixelBatch {
  const random = randomStream(seed, 'pictures');
  return { pixels: Uint8Array.from({ length: n * side * side * 3 }, () => Math.floor(uniform(random) * 256)), n };
}

async function* batches(...given: readonly PixelBatch[]): AsyncGenerator<PixelBatch> {
  yield* given;
}

/** The operators that ONNX Runtime computes a model with, and how often. */
async function operatorsOf(model: Uint8Array): Promise<Map<string, number>> {
  const path = join(await temporaryFolder(), 'optimized.onnx');
  const session = await ort.InferenceSession.create(model, { optimizedModelFilePath: path, logSeverityLevel: 3 });
  await session.release();
  // Field numbers of onnx.proto.
  const { root } = protobuf.parse(`syntax = "proto3";
    message Model { Graph graph = 7; }
    message Graph { repeated Node node = 1; }
    message Node { string op_type = 4; }`);
  const decoded = root.lookupType('Model').decode(await readFile(path)) as unknown as {
    readonly graph: { readonly node: readonly { readonly opType: string }[] };
  };
  const counts = new Map<string, number>();
  for (const { opType } of decoded.graph.node) counts.set(opType, (counts.get(opType) ?? 0) + 1);
  return counts;
}

describe.each([
  ['InceptionV3', 'enlarged from 32 to 75 pixels', narrowBackbone(), 32, 75, 0.02],
  ['InceptionV3', 'of 96 pixels, as they are', narrowBackbone(), 96, 96, 0.02],
  // Its blocks end without an activation, so that a byte also holds negative values.
  ['EfficientNet-Lite0', 'enlarged from 32 to 75 pixels', narrowLite(), 32, 75, 0.1],
  ['EfficientNet-Lite0', 'of 96 pixels, as they are', narrowLite(), 96, 96, 0.1],
])('%s with 8 bits, for pictures %s', (_, __, backbone, input, image, within) => {
  const spec = classifier(input, image, backbone);
  const pictures = noise(2, 8, input);
  const { layers } = matchBackbone(backbone);
  let file: Uint8Array;
  let floats: Float32Array;

  beforeAll(async () => {
    file = await engine.quantize(spec, batches(noise(1, 8, input), noise(3, 4, input)));
    const network = await engine.classifier(spec);
    floats = await network.run(pictures.pixels, pictures.n);
    await network.dispose();
  });

  it('answers nearly what the floats answer, and not exactly that', async () => {
    const network = await engine.load(file, spec.size);
    expect(network.outFeatures).toBe(CLASSES);
    const answers = await network.run(pictures.pixels, pictures.n);
    await network.dispose();
    const differences = Array.from(answers, (answer, i) => Math.abs(answer - floats[i]!));
    expect(Math.max(...differences)).toBeLessThan(within);
    expect(Math.max(...differences)).toBeGreaterThan(0);
  });

  it('answers for each picture of a batch what it answers for that picture alone', async () => {
    const network = await engine.load(file, spec.size);
    const together = await network.run(pictures.pixels, pictures.n);
    const bytes = input * input * 3;
    for (let i = 0; i < pictures.n; i++) {
      const alone = await network.run(pictures.pixels.subarray(i * bytes, (i + 1) * bytes), 1);
      for (const [c, answer] of alone.entries()) expect(answer).toBeCloseTo(together[i * CLASSES + c]!, 5);
    }
    await network.dispose();
  });

  // Which operators there are is up to the processor's kernels, too: this is what x64 has.
  it.runIf(process.arch === 'x64')('computes every convolution in integers, and stays in bytes between', async () => {
    const operators = await operatorsOf(file);
    const count = (...names: readonly string[]): number =>
      names.reduce((sum, name) => sum + (operators.get(name) ?? 0), 0);
    const kinds = (kind: Layer['kind']): number => layers.filter((layer) => layer.kind === kind).length;
    expect(count('QLinearConv', 'QGemm')).toBe(kinds('conv'));
    expect(count('Conv', 'FusedConv', 'AveragePool')).toBe(0);
    expect(count('QLinearAveragePool')).toBe(kinds('averagePool'));
    expect(count('QLinearAdd')).toBe(layers.filter(({ kind, inputs }) => kind === 'add' && inputs.length > 1).length);
    expect(count('DequantizeLinear'), 'before the head, and of the maps that are shown').toBe(2);
    expect(count('QuantizeLinear'), 'behind the resizing').toBe(input === image ? 0 : 1);
    expect(count('Transpose')).toBeLessThanOrEqual(4);
  });
});

it('8 bits need pictures to calibrate on', async () => {
  await expect(engine.quantize(classifier(32), batches())).rejects.toMatchObject({ code: 'DATASET_REFUSED' });
});

describe('a kernel with 8 bits', () => {
  const filters = 3;
  const random = randomStream(5, 'kernel');
  /** [in, out] with an odd number of rows; the last channel is empty. */
  const kernel = Float32Array.from({ length: 27 * filters }, (_, i) =>
    i % filters === 2 ? 0 : 2 * uniform(random) - 1,
  );
  const { levels, scale } = quantizeKernel(kernel, filters);

  it('is what it was to half a step', () => {
    for (const [i, value] of kernel.entries()) {
      const step = scale[i % filters]!;
      expect(Math.abs(levels[i]! * step - value)).toBeLessThanOrEqual(step / 2 + 1e-6);
    }
  });

  it('has levels of which no two that are added in 16 bits overflow there, for any bytes', () => {
    for (let row = 0; row + 1 < 27; row += 2) {
      for (let o = 0; o < filters; o++) {
        const [first, second] = [levels[row * filters + o]!, levels[(row + 1) * filters + o]!];
        expect(255 * (Math.max(first, 0) + Math.max(second, 0))).toBeLessThan(2 ** 15);
        expect(255 * (Math.min(first, 0) + Math.min(second, 0))).toBeGreaterThanOrEqual(-(2 ** 15));
      }
    }
  });

  it('has the levels of its largest weight as far out as that allows', () => {
    for (const o of [0, 1]) {
      const column = levels.filter((_, i) => i % filters === o);
      const pairs = Array.from({ length: 13 }, (_, i) => Math.abs(column[2 * i]! + column[2 * i + 1]!));
      expect(Math.max(...pairs, ...column.map(Math.abs))).toBeGreaterThanOrEqual(126);
    }
  });
});
