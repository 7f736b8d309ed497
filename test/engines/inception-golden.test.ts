import { readFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { pictureShapes, writeLayers, writePreprocessing } from '../../src/engines/onnx/forward.js';
import { GraphBuilder } from '../../src/engines/onnx/graph.js';
import { createSession } from '../../src/engines/onnx/session.js';
import { matchBackbone } from '../../src/network/backbone-weights.js';
import { readSafetensors } from '../../src/network/safetensors.js';
import type { Weights } from '../../src/network/tensor.js';
import { reference } from '../support/reference.js';

/** Made by test/reference/inception_v3_layers.py with Keras from the bundled backbone. */
interface Golden {
  pixelsUint8: number[][];
  sizes: Record<
    string,
    {
      layers: Record<string, { shape: number[]; std: number; step: number; first: number[]; last: number[] }>;
      pooled: number[][];
      pooledStep: number;
    }
  >;
}

/** The two layers of the stem that the script names itself. */
const STEM: Record<string, string> = { stem_conv_1: 'conv2d', stem_conv_5: 'conv2d_4' };

const golden = reference<Golden>('inception_v3_layers.json');
const images = golden.pixelsUint8.length;
const pixels = Uint8Array.from(golden.pixelsUint8.flat());
let backbone: Weights;

beforeAll(() => {
  backbone = readSafetensors(readFileSync('backbones/inception_v3_tiny_imagenet.safetensors')).weights;
});

describe.each(['75', '96', '299'])('InceptionV3 at %s pixels', (side) => {
  const expected = golden.sizes[side]!;

  it("computes what Keras computes, to 1e-4 of each layer's deviation", async () => {
    const { layers } = matchBackbone(backbone);
    const size = { input: 32, image: Number(side) };
    const shapes = pictureShapes(layers, size);
    const graph = new GraphBuilder();
    const scale = size.image / size.input;
    const picture = writePreprocessing(graph, graph.input('pixels', 'uint8', ['n', 32, 32, 3]), [scale, scale]);
    const values = writeLayers(graph, layers, backbone, new Map([['picture', picture]]), shapes);
    for (const name of Object.keys(expected.layers)) {
      graph.output(values.get(STEM[name] ?? name)!, name, 'float32', ['n', 'c', 'h', 'w']);
    }
    graph.output(values.get('avg_pool')!, 'pooled', 'float32', ['n', 'c']);
    const session = await createSession(graph.encode(), { threads: 2 });
    const result = await session.run({ pixels: new ort.Tensor('uint8', pixels, [images, 32, 32, 3]) });
    await session.release();

    for (const [name, layer] of Object.entries(expected.layers)) {
      const [height, width, channels] = layer.shape as [number, number, number];
      const output = result[name]!;
      expect(output.dims, name).toEqual([images, channels, height, width]);
      const data = output.data as Float32Array;
      const at = (image: number, position: number): number => {
        const [place, channel] = [Math.floor(position / channels), position % channels];
        return data[(image * channels + channel) * height * width + place]!;
      };
      for (const [image, samples] of [
        [0, layer.first],
        [images - 1, layer.last],
      ] as const) {
        const worst = Math.max(...samples.map((value, i) => Math.abs(value - at(image, i * layer.step))));
        expect(worst / layer.std, `${name} of image ${image}`).toBeLessThan(1e-4);
      }
    }
    const pooled = result.pooled!.data as Float32Array;
    const features = pooled.length / images;
    for (const [image, samples] of expected.pooled.entries()) {
      for (const [i, value] of samples.entries()) {
        expect(pooled[image * features + i * expected.pooledStep]).toBeCloseTo(value, 4);
      }
    }
  });
});
