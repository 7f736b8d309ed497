import type { Architecture } from './architecture.js';
import { withPooling } from './cut.js';
import { type Activation, type ConvLayer, type Layer, NETWORK_INPUT } from './layers.js';

/** Ends of the blocks, and the convolution after the last. */
const BLOCKS = [
  'block0',
  'block1',
  'block2',
  'block3',
  'block4',
  'block5',
  'block6',
  'block7',
  'block8',
  'block9',
  'block10',
  'block11',
  'block12',
  'block13',
  'block14',
  'block15',
  'top_conv',
] as const;

export const EFFICIENTNET_LITE0 = {
  name: 'EfficientNet-Lite0',
  blocks: BLOCKS,
  fineTuneFrom: { late: 'block10', early: 'block4' },
  smallestImage: 32, // five strides of 2
  suggestedImageSize: 128,
  preprocessing: { scale: 1 / 128, shift: 127 / 128, formula: '(x - 127) / 128' },
  keras: false, // Keras-applications does not have it
  firstConvolution: { name: 'stem_conv', filters: 32 },
  layers: efficientNetLite0,
} as const satisfies Architecture;

/** Blocks of a stage: how many, their kernel, the stride of the first, and their filters. */
const STAGES = [
  [1, 3, 1, 16],
  [2, 3, 2, 24],
  [2, 5, 2, 40],
  [3, 3, 2, 80],
  [3, 5, 1, 112],
  [4, 5, 2, 192],
  [1, 3, 1, 320],
] as const;
/** Factor by which a block widens its input, apart from the first one's. */
const EXPANSION = 6;

/**
 * EfficientNet-Lite0 without its top, followed by global average pooling (`avg_pool`).
 *
 * Source: Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks" (2019), table 1, with
 * inverted residuals from Sandler et al., "MobileNetV2" (2018), table 1. The Lite form has ReLU6 in place of swish and no
 * squeeze-and-excitation, and its stem and top keep their width. Shapes in the comments are for images of 224 x 224 and
 * width 1.
 *
 * @param width multiplies every number of filters, rounded: 1 is the real network, others are for tests.
 */
export function efficientNetLite0(width = 1): readonly Layer[] {
  const scaled = (filters: number): number => Math.round(filters * width);
  const layers: Layer[] = [];
  const conv = (name: string, input: string, about: Pick<ConvLayer, 'inChannels' | 'filters'> & Partial<ConvLayer>) => {
    const shared = { kernel: [1, 1], stride: 1, padding: 'evenSame', depthwise: false, activation: 'relu6' } as const;
    layers.push({ kind: 'conv', name, norm: `${name}_bn`, inputs: [input], ...shared, ...about });
    return name;
  };
  let channels = scaled(32);
  let x = conv('stem_conv', NETWORK_INPUT, { inChannels: 3, filters: channels, kernel: [3, 3], stride: 2 }); // 112 x 112 x 32
  let index = 0;
  for (const [blocks, size, stride, filters] of STAGES) {
    for (let i = 0; i < blocks; i++) {
      const name = `block${index}`;
      const wide = index === 0 ? channels : channels * EXPANSION;
      const expanded = index === 0 ? x : conv(`${name}_expand`, x, { inChannels: channels, filters: wide });
      const kernel = [size, size] as const;
      const depthwise = { inChannels: wide, filters: wide, kernel, stride: i === 0 ? stride : 1, depthwise: true };
      const seen = conv(`${name}_depthwise`, expanded, depthwise);
      const linear: Activation = 'linear';
      const out = { inChannels: wide, filters: scaled(filters), activation: linear };
      const projected = conv(`${name}_project`, seen, out);
      // A block that keeps the size adds its input: 112 x 112 x 16, 56 x 56 x 24, 28 x 28 x 40, 14 x 14 x 80 and 112,
      // 7 x 7 x 192 and 320.
      layers.push({ kind: 'add', name, inputs: i === 0 ? [projected] : [x, projected] });
      [x, channels, index] = [name, out.filters, index + 1];
    }
  }
  conv('top_conv', x, { inChannels: channels, filters: scaled(1280) }); // 7 x 7 x 1280
  return withPooling(layers);
}
