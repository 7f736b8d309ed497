import { describe, expect, it } from 'vitest';
import { convolutions, foldConv, matchBackbone, quantizeBackbone } from '../../src/network/backbone-weights.js';
import { divideAt, inceptionV3 } from '../../src/network/inception-v3.js';
import { inferShapes } from '../../src/network/layers.js';
import { readSafetensors, writeSafetensors } from '../../src/network/safetensors.js';
import { elements, f32 } from '../../src/network/tensor.js';
import { narrowBackbone } from '../support/narrow-backbone.js';

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

describe('safetensors', () => {
  const weights = new Map([
    ['a', f32([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6))],
    ['b', { type: 'I8' as const, shape: [3], data: Int8Array.of(-128, 0, 127) }],
  ]);

  it('gives back what was written, and the same bytes for the same weights', () => {
    const file = writeSafetensors(weights, { epoch: '3' });
    const read = readSafetensors(file);
    expect(read.weights).toEqual(weights);
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
    ['missing bytes at the end', (file: Buffer) => file.subarray(0, -1), /do not fit its shape/],
    [
      'a shape that lies',
      (file: Buffer) => Buffer.from(file.toString('latin1').replace('[2,3]', '[2,4]'), 'latin1'),
      /do not fit its shape/,
    ],
    [
      'an unknown type',
      (file: Buffer) => Buffer.from(file.toString('latin1').replace('"F32"', '"F64"'), 'latin1'),
      /describes "a" wrongly/,
    ],
  ])('refuses %s', (_what, spoil, message) => {
    expect(() => readSafetensors(spoil(writeSafetensors(weights)))).toThrow(message);
  });
});
