import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { convolutions } from '../../src/network/backbone-weights.js';
import { inceptionV3 } from '../../src/network/inception-v3.js';
import { readKerasModel } from '../../src/network/keras/read.js';
import { readKerasBackbone } from '../../src/network/keras/read-backbone.js';
import { elements, type Weights } from '../../src/network/tensor.js';
import { classifierOf } from '../support/classifier-of.js';

/** Files of test/reference/keras_forms.py, by their names: the version of Keras, what was saved, and how. */
const folder = fileURLToPath(new URL('../reference/keras_forms', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.gz'));
const saved = (name: string): Buffer => gunzipSync(readFileSync(`${folder}/${name}`));
const isModel = (name: string): boolean => /-(operators|sequential|inner)\./.test(name);

/** The values that the script gives the tensor with this number. */
function pattern(tensor: number, shape: readonly number[], part: string): Float32Array {
  const fanIn = elements(shape.slice(0, -1));
  const limit = 2 ** Math.floor(Math.log2(Math.sqrt(6 / fanIn)) + 0.01);
  const forms: Record<string, (p: number) => number> = {
    kernel: (p) => ((p - 31.5) / 32) * limit,
    beta: (p) => p / 256,
    moving_mean: (p) => (p - 31.5) / 256,
    moving_variance: (p) => 0.5 + p / 64,
  };
  return Float32Array.from({ length: elements(shape) }, (_, i) => {
    return (forms[part] as (p: number) => number)((i * ((tensor % 13) + 1) + tensor) % 64);
  });
}

/** Names of tensors that are not as the script made them. */
function differences(weights: Weights): string[] {
  const names = convolutions(inceptionV3(1 / 16)).flatMap(({ name, norm }) => [
    `${name}/kernel`,
    ...['beta', 'moving_mean', 'moving_variance'].map((part) => `${norm}/${part}`),
  ]);
  expect([...weights.keys()].sort()).toEqual(names.toSorted());
  return names.filter((name, number) => {
    const { shape, data } = weights.get(name) as { shape: readonly number[]; data: Float32Array };
    const expected = pattern(number, shape, name.slice(name.lastIndexOf('/') + 1));
    return !expected.every((value, i) => data[i] === value);
  });
}

describe('a backbone', () => {
  const notes: [RegExp, string[]][] = [
    [/-renamed_weights/, [expect.stringContaining('in the order in which Keras stores InceptionV3')]],
    [/-(top|inner|classifier)/, [expect.stringMatching(/^Read without its top: .+\.$/)]],
  ];

  it.each(files.filter((name) => !/-(operators|sequential)/.test(name)))(
    'of %s has every tensor in its place',
    async (name) => {
      const backbone = await readKerasBackbone(saved(name));
      expect(differences(backbone.weights)).toEqual([]);
      expect(backbone.notes).toEqual(notes.find(([of]) => of.test(name))?.[1] ?? []);
    },
  );
});

describe('a model', () => {
  const { probabilities } = JSON.parse(readFileSync(`${folder}/answers.json`, 'utf8')) as { probabilities: number[][] };
  const [input, image] = [32, 75];
  const pictures = Uint8Array.from({ length: probabilities.length * input * input * 3 }, (_, i) => {
    return Math.floor(((i * 2654435761) % 2 ** 32) / 2 ** 24);
  });

  it.each(files.filter(isModel))('%s answers as it does in Keras', async (name) => {
    const model = await readKerasModel(saved(name));
    expect(model).toMatchObject({ size: { input, image }, notes: [] });
    const network = await new OnnxEngine(2).classifier(classifierOf(model));
    onTestFinished(() => network.dispose());
    const answers = await network.run(pictures, probabilities.length);
    for (const [i, expected] of probabilities.flat().entries()) expect(answers[i]).toBeCloseTo(expected, 5);
  });
});
