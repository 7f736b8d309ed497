import { describe, expect, it } from 'vitest';
import {
  convolutions,
  foldConv,
  gammaName,
  matchBackbone,
  quantizeBackbone,
} from '../../src/network/backbone-weights.js';
import { divideAt } from '../../src/network/cut.js';
import { foldLayers, foldNorms, unfoldLayers } from '../../src/network/folded-weights.js';
import { inceptionV3 } from '../../src/network/inception-v3.js';
import { type ConvLayer, inferShapes } from '../../src/network/layers.js';
import { readSafetensors, writeSafetensors } from '../../src/network/safetensors.js';
import { elements, f32 } from '../../src/network/tensor.js';
import { requireUsable } from '../../src/network/usable-weights.js';
import { narrowBackbone, narrowLite } from '../support/narrow-backbone.js';
import { relativeError } from '../support/reference.js';
import { tensorHashes } from '../support/tensor-hashes.js';

describe('InceptionV3 as data', () => {
  it('has 94 convolutions and 21,751,136 convolution weights', () => {
    const convs = convolutions(inceptionV3());
    expect(convs.length).toBe(94);
    const weights = convs.map(({ kernel, inChannels, filters }) => elements([...kernel, inChannels, filters]));
    expect(weights.reduce((sum, count) => sum + count)).toBe(21_751_136);
  });

  it.each([
    [75, 'mixed5', [3, 3, 768]],
    [75, 'mixed10', [1, 1, 2048]],
    [299, 'mixed5', [17, 17, 768]],
    [299, 'mixed10', [8, 8, 2048]],
  ] as const)('at %i pixels has at %s the shape %j', (side, name, shape) => {
    const shapes = inferShapes(inceptionV3(), { height: side, width: side, channels: 3 });
    const { height, width, channels } = shapes.get(name)!;
    expect([height, width, channels]).toEqual(shape);
  });

  it('refuses pictures of less than 75 pixels, where a window no longer fits', () => {
    expect(() => inferShapes(inceptionV3(), { height: 74, width: 74, channels: 3 })).toThrow(/does not fit/);
  });

  it('is split behind a named layer', () => {
    const { frozen, rest } = divideAt(inceptionV3(), 'mixed5');
    expect(frozen.at(-1)?.name).toBe('mixed5');
    expect(convolutions(frozen).length + convolutions(rest).length).toBe(94);
    expect(convolutions(rest)[0]?.name).toBe('conv2d_50');
  });
});

describe('weights', () => {
  it('folds a normalization so that the convolution with it and the folded one agree', () => {
    const weights = narrowBackbone();
    const [layer] = convolutions(matchBackbone(weights).layers);
    const { kernel, bias } = foldConv(layer!, weights);
    const at = (name: string): number => weights.get(name)!.data[1]!;
    const scale = 1 / Math.sqrt(at(`${layer!.norm}/moving_variance`) + 1e-3);
    expect(kernel[1]).toBeCloseTo(at(`${layer!.name}/kernel`) * scale, 6);
    expect(bias[1]).toBeCloseTo(at(`${layer!.norm}/beta`) - at(`${layer!.norm}/moving_mean`) * scale, 6);
  });

  it.each([1, -2.5, 0])(
    'unfolds statistics of batches as it folds them, where a kernel contains a gamma of %f',
    (gamma) => {
      const weights = new Map(narrowLite());
      const { rest } = divideAt(matchBackbone(weights).layers, 'block14');
      for (const layer of convolutions(rest))
        weights.set(gammaName(layer), f32([layer.filters], new Float32Array(layer.filters).fill(gamma)));
      const folded = foldLayers(rest, weights);
      const norms = foldNorms(rest, weights, folded);
      const start = new Map([...folded.weights, ...norms.weights]);
      for (const [name, { data }] of unfoldLayers(rest, start, { backbone: weights, factors: folded.factors }))
        expect(relativeError(data, weights.get(name)!.data), name).toBeLessThan(1e-6);
      for (const { gain } of norms.norms.values()) expect(new Set(gain)).toEqual(new Set([Math.abs(gamma)]));
      const [{ name, norm }] = convolutions(rest) as [ConvLayer];
      const factor = folded.factors.get(`${name}/kernel`)![0]! * (Math.abs(gamma) || 1);
      const variance = weights.get(`${norm}/moving_variance`)!.data[0]!;
      expect(norms.weights.get(`${name}/variance`)!.data[0]! / (variance * factor ** 2)).toBeCloseTo(1, 5);
    },
  );

  it('refuses a gamma of another number of channels', () => {
    const weights = new Map(narrowLite());
    weights.set('stem_conv_bn/contained_gamma', f32([3]));
    expect(() => matchBackbone(weights)).toThrow(/stem_conv_bn\/contained_gamma has shape \[3\] where \[4\] is needed/);
  });

  it('keeps a kernel in 8 bits to half a step per channel', () => {
    const weights = narrowBackbone();
    const packed = quantizeBackbone(weights);
    const scale = packed.get('conv2d_3/kernel_scale')!.data;
    const original = weights.get('conv2d_3/kernel')!.data;
    for (const [i, value] of packed.get('conv2d_3/kernel')!.data.entries()) {
      const step = scale[i % scale.length]!;
      expect(Math.abs(value * step - original[i]!)).toBeLessThanOrEqual(step * 0.5001);
    }
    expect(matchBackbone(packed).width).toBe(1 / 16);
  });

  it.each([
    ['a missing tensor', (w: Map<string, never>) => w.delete('conv2d_9/kernel'), /conv2d_9\/kernel is missing/],
    [
      'a tensor without a place',
      (w: Map<string, never>) => w.set('dense/kernel', f32([1]) as never),
      /dense\/kernel has no place/,
    ],
    [
      'a wrong shape',
      (w: Map<string, never>) => w.set('batch_normalization_4/beta', f32([3]) as never),
      /shape \[3\] where \[12\]/,
    ],
    ['another network', (w: Map<string, never>) => w.set('conv2d/kernel', f32([3, 3, 3, 7]) as never), /has 7 filters/],
  ])('refuses %s', (_what, change, message) => {
    const weights = new Map(narrowBackbone());
    change(weights as never);
    expect(() => matchBackbone(weights)).toThrow(message);
  });
});

/** A file with a part of its header replaced. */
function replaced(file: Buffer, what: string, by: string): Buffer {
  const end = 8 + Number(file.readBigUInt64LE());
  const header = Buffer.from(file.toString('latin1', 8, end).replace(what, by), 'latin1');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, file.subarray(end)]);
}

describe('safetensors', () => {
  const weights = new Map([
    ['a', f32([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6))],
    ['b', { type: 'I8' as const, shape: [3], data: Int8Array.of(-128, 0, 127) }],
  ]);

  it('gives back what was written, and the same bytes for the same weights', () => {
    const file = writeSafetensors(weights, { epoch: '3' });
    const read = readSafetensors(file);
    expect(tensorHashes(read.weights)).toEqual(tensorHashes(weights));
    expect(read.metadata).toEqual({ epoch: '3' });
    expect(writeSafetensors(read.weights, read.metadata).equals(file)).toBe(true);
  });

  it.each([
    ['an empty file', () => Buffer.alloc(0), /ends after 0 bytes/],
    ['a header that is longer than the file', (file: Buffer) => file.subarray(0, 20), /ends inside its header/],
    ['a header of absurd length', () => Buffer.alloc(64, 0xff), /the limit is/],
    [
      'a header that is not JSON',
      (file: Buffer) => Buffer.concat([file.subarray(0, 8), Buffer.from('x'), file.subarray(9)]),
      /not a JSON object/,
    ],
    ['missing bytes at the end', (file: Buffer) => file.subarray(0, -1), /end at byte 27, and its data at byte 26/],
    ['bytes after the last tensor', (file: Buffer) => Buffer.concat([file, Buffer.from('x')]), /its data at byte 28/],
    [
      'tensors that overlap',
      (file: Buffer) => replaced(file, '[24,27]', '[0,3]  '),
      /"a" begins at byte 0, and the tensor before it ends at byte 3/,
    ],
    ['a gap between tensors', (file: Buffer) => replaced(file, '[24,27]', '[25,28]'), /"b" begins at byte 25/],
    ['two tensors of one name', (file: Buffer) => replaced(file, '"b":', '"a":'), /has a name twice/],
    [
      'a tensor with two shapes',
      (file: Buffer) => replaced(file, '"shape":[2,3]', '"dtype":"F32"'),
      /describes "a" wrongly/,
    ],
    ['two types of a tensor', (file: Buffer) => replaced(file, '"dtype":"I8"', '"dtype":"I8","dtype":"I8"'), /twice/],
    ['metadata that are no texts', (file: Buffer) => replaced(file, '"__metadata__":{}', '"__metadata__":0 '), /texts/],
    [
      'a shape whose size no number holds',
      (file: Buffer) => replaced(file, '[2,3]', '[9007199254740991,9007199254740991,0]'),
      /do not fit its shape/,
    ],
    ['a shape that lies', (file: Buffer) => replaced(file, '[2,3]', '[2,4]'), /do not fit its shape/],
    ['an unknown type', (file: Buffer) => replaced(file, '"F32"', '"F64"'), /describes "a" wrongly/],
  ])('refuses %s', (_what, spoil, message) => {
    expect(() => readSafetensors(spoil(writeSafetensors(weights)))).toThrow(message);
  });
});

describe('weights from elsewhere', () => {
  it.each([
    ['conv2d_3/kernel', Number.NaN, /value 1 of conv2d_3\/kernel is NaN where a finite number is needed/],
    ['batch_normalization/beta', Number.NEGATIVE_INFINITY, /beta is -Infinity/],
    ['batch_normalization_9/moving_variance', -0.5, /is -0.5 where a finite number that is not negative is needed/],
  ])('are refused when %s has the value %f', (name, value, message) => {
    const weights = new Map(narrowBackbone());
    const { shape, data } = weights.get(name)!;
    weights.set(
      name,
      f32(
        shape,
        Float32Array.from(data, (usual, i) => (i === 1 ? value : usual)),
      ),
    );
    expect(() => requireUsable(weights)).toThrow(message);
  });

  it('are taken when they are finite, in 8 bits too', () => {
    expect(() => requireUsable(quantizeBackbone(narrowBackbone()))).not.toThrow();
  });
});
