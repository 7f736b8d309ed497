import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { matchBackbone } from '../../src/network/backbone-weights.js';
import { headMetadata } from '../../src/network/head.js';
import { kerasModel } from '../../src/network/keras/layers.js';
import { type KerasModel, readKerasModel } from '../../src/network/keras/read.js';
import { writeKerasModel } from '../../src/network/keras/write.js';
import { writeSafetensors } from '../../src/network/safetensors.js';
import { readExportedModel } from '../../src/training/exported-model.js';
import { temporaryFolder } from '../storage/fixtures.js';
import { classifierOf } from '../support/classifier-of.js';
import { FORWARD_ENGINES } from '../support/engines.js';
import { KERAS_HEADS, type KerasHead, kerasHead } from '../support/keras-heads.js';
import { tensorHashes } from '../support/tensor-hashes.js';

const read = (name: string): Promise<KerasModel> => readKerasModel(kerasHead(name));

/** The pictures of that script. */
function picturesOf({ input, probabilities: { length: count } }: KerasHead): Uint8Array {
  const values = input * input * 3;
  return Uint8Array.from({ length: count * values }, (_, i) => {
    const noise = Math.floor(((i * 2654435761) % 2 ** 32) / 2 ** 24);
    return Math.floor((noise * (Math.floor(i / values) + 1)) / count);
  });
}

const largestDifference = (actual: Float32Array, { probabilities }: KerasHead): number =>
  Math.max(...probabilities.flat().map((expected, i) => Math.abs(expected - actual[i]!)));

/** Assumptions about a model, by case. */
const NOTES: Readonly<Record<string, RegExp>> = {
  'one sigmoid unit': /^dense \(Dense\) is the probability of the second label/,
  logits: /^dense \(Dense\) gives logits: softmax was taken/,
  'one logit': /^dense \(Dense\) gives one logit: its sigmoid was taken for the probability of the second label/,
};

describe('a head that Keras saved', () => {
  it.each(KERAS_HEADS)('$name: answers as in Keras', async (saved) => {
    const model = await read(saved.name);
    expect(model.size).toEqual({ input: saved.input, image: saved.image });
    if (NOTES[saved.name]) expect(model.notes).toEqual([expect.stringMatching(NOTES[saved.name]!)]);
    const network = await new OnnxEngine(2).classifier(classifierOf(model));
    const answers = await network.run(picturesOf(saved), saved.probabilities.length);
    await network.dispose();
    expect(largestDifference(answers, saved)).toBeLessThan(1e-5);
  });

  it.each([
    'batch normalization',
    'activations with a slope',
    'flattened maps',
    'reshaped maximum',
    'one sigmoid unit, normalized',
    'logits',
    'the base up to mixed7',
  ])('%s: comes back from the files that the hub writes', async (name) => {
    const { weights, head, size } = await read(name);
    const labels = JSON.stringify(['a', 'b', 'c']);
    const about = { ...headMetadata(head), labels, preprocessing: JSON.stringify(size) };
    const file = join(await temporaryFolder(), 'model.h5');
    const { layers } = matchBackbone(classifierOf({ weights, head, size, labels: null, notes: [] }).backbone);
    await writeKerasModel(file, kerasModel([...layers, ...head], size), weights, about);
    const written = [await readKerasModel(await readFile(file)), readExportedModel(writeSafetensors(weights, about))];
    for (const model of written) {
      expect(model).toMatchObject({ head, size, notes: [] });
      expect(tensorHashes(model.weights)).toEqual(tensorHashes(weights));
    }
  });
});

describe.each(FORWARD_ENGINES.filter(({ name }) => name !== 'onnx'))('with $name', ({ open }) => {
  it.each([
    'curved activations',
    'activations with a slope',
    'batch normalization',
    'reshaped maximum',
    'flattened maps of 1 x 1',
  ])('%s answer as in Keras', async (name) => {
    const saved = KERAS_HEADS.find((one) => one.name === name)!;
    const { engine } = await open();
    const network = await engine.classifier(classifierOf(await read(name)));
    const answers = await network.run(picturesOf(saved), saved.probabilities.length);
    await network.dispose();
    expect(largestDifference(answers, saved)).toBeLessThan(1e-5);
  });
});
