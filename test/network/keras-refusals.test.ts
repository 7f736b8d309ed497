import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import h5wasm from 'h5wasm/node';
import { describe, expect, it } from 'vitest';
import { readBackboneFile } from '../../src/network/backbone-file.js';
import { otherFile } from '../../src/network/file-kind.js';
import { inceptionV3 } from '../../src/network/inception-v3.js';
import { readKerasArchive } from '../../src/network/keras/archive.js';
import { depthOrder } from '../../src/network/keras/depth-order.js';
import { readDescription } from '../../src/network/keras/description.js';
import { inferenceLayers } from '../../src/network/keras/inference.js';
import { kerasLayers } from '../../src/network/keras/layers.js';
import { type MatchedModel, matchModel } from '../../src/network/keras/match.js';
import { NETWORK_INPUT } from '../../src/network/layers.js';
import { zipOf } from '../datasets/archives.js';
import { temporaryFolder } from '../storage/fixtures.js';
import { narrowBackbone } from '../support/narrow-backbone.js';
import { tensorHashes } from '../support/tensor-hashes.js';

interface Described {
  class_name: string;
  registered_name?: string;
  name?: string;
  config: Record<string, unknown> & { layers: Described[] };
  inbound_nodes?: unknown;
}

/** The description of a Sequential that test/reference/keras_forms.py saved: its layers, the base among them. */
const archive = gunzipSync(readFileSync(new URL('../reference/keras_forms/3.15-sequential.keras.gz', import.meta.url)));
const text = (await readKerasArchive(archive))['config.json'].toString();

function match(change: (model: Described, layers: Described[]) => void): MatchedModel {
  const model = JSON.parse(text) as Described;
  // Where Keras keeps what it was built with.
  Object.assign(model, { build_config: null });
  model.config.build_input_shape = null;
  change(model, model.config.layers);
  // The values that the normalization of the script learned.
  const values: Record<string, number> = { mean: 127.5, variance: 127.5 ** 2 };
  const read = readDescription(JSON.stringify(model));
  return matchModel(inferenceLayers(read, (_layer, variable) => [values[variable] as number]));
}
const namesIn = ({ found }: MatchedModel): string[] => found.map(({ layer }) => layer.name);
const indexOf = (layers: Described[], type: string): number =>
  layers.findIndex(({ class_name }) => class_name === type);
const insert =
  (type: string, config: object, before = 'Functional') =>
  (_model: Described, layers: Described[]): void => {
    const added = { class_name: type, config: { name: type.toLowerCase(), ...config, layers: [] } };
    layers.splice(indexOf(layers, before), 0, added);
  };

describe('a Sequential', () => {
  const whole = match(() => undefined);
  const shape = [null, 32, 32, 3];

  it.each<[string, (model: Described, layers: Described[]) => void]>([
    [
      'as a list, its shape in the first layer, as up to Keras 2.2.2',
      (model, layers) => {
        layers.shift();
        Object.assign(layers[0]!.config, { batch_input_shape: shape });
        Object.assign(model, { config: layers, build_config: null });
      },
    ],
    [
      'without an input, its shape beside its layers',
      (model, layers) => {
        layers.shift();
        Object.assign(model.config, { build_input_shape: shape });
      },
    ],
    [
      'without an input, its shape in build_config',
      (model, layers) => {
        layers.shift();
        Object.assign(model, { build_config: { input_shape: shape } });
      },
    ],
    [
      'with the input of Keras 2',
      (_, layers) => Object.assign(layers[0]!, { config: { batch_input_shape: shape, name: 'input_1' } }),
    ],
    [
      'whose base is a Model, as up to Keras 2.3',
      (_, layers) => Object.assign(layers[indexOf(layers, 'Functional')]!, { class_name: 'Model' }),
    ],
    [
      'with a Sequential in it',
      (model, layers) => {
        const inner = { class_name: 'Sequential', config: { name: 'inner', layers: layers.splice(1, 3) } };
        model.config.layers.splice(1, 0, inner);
      },
    ],
  ])('%s is read', (_, change) => {
    const model = match(change);
    expect(namesIn(model)).toEqual(namesIn(whole));
    expect(model).toMatchObject({ size: { input: 32, image: 75 }, notes: [], scaling: whole.scaling });
  });

  it('that begins with the whole base takes its input', () => {
    const model = match((_, layers) => layers.splice(0, indexOf(layers, 'Functional')));
    expect(model).toMatchObject({
      size: { input: 75, image: 75 },
      notes: [expect.stringContaining('No layer scales')],
    });
  });
});

describe('a model', () => {
  const called = (training: boolean) => (_model: Described, layers: Described[]) => {
    const base = layers[indexOf(layers, 'Functional')] as Described;
    base.inbound_nodes = [[['before', 0, 0, { training }]]];
  };

  it.each<[string, (model: Described, layers: Described[]) => unknown, RegExp]>([
    ['that crops', insert('CenterCrop', {}), /centercrop \(CenterCrop\) crops images.*crop them before/],
    ['that crops at random', insert('RandomCrop', {}), /randomcrop \(RandomCrop\) crops images/],
    [
      'that resizes twice',
      insert('Resizing', { height: 50, width: 50, interpolation: 'bilinear' }, 'Resizing'),
      /resizes images more than once, to 50 and 75 pixels/,
    ],
    [
      'whose base takes larger images than it gets',
      (_, layers) => layers.splice(indexOf(layers, 'Resizing'), 1),
      /takes images of 75 pixels where 32 come: no layer resizes them/,
    ],
    ['that equalizes', insert('AutoContrast', {}), /autocontrast \(AutoContrast\) before the first convolution/],
    ['whose base trains when it is used', called(true), /inception_v3 \(Functional\) is called with training=True/],
    [
      'with an augmentation of its maker',
      (_, layers) => Object.assign(layers[indexOf(layers, 'RandomFlip')]!, { registered_name: 'Custom>RandomFlip' }),
      /\(Custom>RandomFlip\) before the first convolution is not known/,
    ],
    [
      'that normalizes otherwise than by channel',
      (_, layers) => Object.assign(layers[indexOf(layers, 'Normalization')]!.config, { axis: [1] }),
      /does not normalize the channels/,
    ],
    [
      'that divides by nothing',
      insert('TFOpLambda', { function: 'math.truediv' }),
      /\(TFOpLambda\) (has nothing|computes with a constant first)/,
    ],
    ['with another operator', insert('TFOpLambda', { function: 'math.exp' }), /\(TFOpLambda\) before the first conv/],
  ])('%s is refused', (_, change, message) => {
    expect(() => match(change)).toThrow(message);
  });

  it('whose base is called in inference mode is taken', () => {
    expect(match(called(false)).notes).toEqual([]);
  });
});

describe('a file of weights alone', () => {
  type Names = (layer: string, index: number) => string;

  /** Writes narrow weights as Keras 2 does, under other names, with or without the list of layers. */
  async function write(rename: Names, listed: boolean, extra: Record<string, string> = {}): Promise<string> {
    const path = join(await temporaryFolder(), 'weights.h5');
    await h5wasm.ready;
    const file = new h5wasm.File(path, 'w');
    const backbone = narrowBackbone();
    const layers = ordered.filter(({ variables }) => variables.length > 0).map(({ name }) => name);
    const names = layers.map(rename);
    if (listed) file.create_attribute('layer_names', names);
    for (const [i, layer] of layers.entries()) {
      const own = [...backbone].filter(([name]) => name.startsWith(`${layer}/`));
      const group = file.create_group(names[i] as string);
      for (const [name, { data, shape }] of own) {
        group.create_dataset({
          name: `${name.slice(layer.length + 1)}:0`,
          data: data as Float32Array,
          shape: [...shape],
        });
      }
      const more = extra[layer];
      if (more !== undefined) group.create_dataset({ name: more, data: new Float32Array(2), shape: [2] });
    }
    file.close();
    return path;
  }
  /** The layers in the order in which Keras stores them. */
  const input = { type: 'InputLayer', name: NETWORK_INPUT, inputs: [], config: {}, variables: [] };
  const ordered = depthOrder([input, ...kerasLayers(inceptionV3(1 / 16), NETWORK_INPUT)]);
  const same: Names = (layer) => layer;
  /** Exchanges the numbers of the first convolutions of two branches of `mixed5`, which have the same shape. */
  const exchanged: Names = (layer) => ({ conv2d_41: 'conv2d_44', conv2d_44: 'conv2d_41' })[layer] ?? layer;

  it('is taken by its numbers where it has no list of layers', async () => {
    const { weights } = await readBackboneFile(await write(same, false));
    expect(tensorHashes(weights)).toEqual(tensorHashes(narrowBackbone()));
  });

  it.each<[string, Names, boolean, Record<string, string>, RegExp]>([
    [
      'whose names and order tell nothing',
      (_, i) => `block${i}x`,
      false,
      {},
      /names of its layers do not tell their order/,
    ],
    [
      'whose numbers contradict its order, though all shapes fit',
      exchanged,
      true,
      {},
      /by its place conv2d_4[14] is conv2d_4[14], by its number it is another layer of the same shape; save/,
    ],
    [
      'with a bias',
      same,
      false,
      { conv2d_3: 'bias:0' },
      /conv2d_3 has a bias; the convolutions of InceptionV3 have none/,
    ],
    ['with a gamma', same, false, { batch_normalization_7: 'gamma:0' }, /batch_normalization_7 has a gamma/],
  ])('%s is refused', async (_, rename, listed, extra, message) => {
    await expect(readBackboneFile(await write(rename, listed, extra))).rejects.toThrow(message);
  });
});

describe('a file of another program', () => {
  it.each<[string, Buffer, RegExp]>([
    ['TensorFlow Lite', Buffer.from('\x1c\0\0\0TFL3'), /TensorFlow Lite model/],
    ['a SavedModel', Buffer.from([8, 1, 18, 0xff, 1]), /saved_model\.pb/],
    ['a frozen graph', Buffer.from('\x0a\x0c\x0a\x07input_1'), /frozen TensorFlow graph/],
    [
      'a checkpoint',
      Buffer.concat([Buffer.alloc(99), Buffer.from('57fb808b247547db', 'hex')]),
      /TensorFlow checkpoint/,
    ],
    ['ONNX', Buffer.from('\x08\x08\x12\x07pytorch'), /ONNX model/],
    ['a pickle', Buffer.from([0x80, 2, 0x7d]), /pickled Python object/],
    ['safetensors', Buffer.from('\x40\0\0\0\0\0\0\0{"a"'), /safetensors file/],
    ['numpy', Buffer.from('\x93NUMPY', 'latin1'), /numpy array/],
    ['gzip', Buffer.from([0x1f, 0x8b, 8]), /gzip archive/],
    ['a web page', Buffer.from('<!DOCTYPE html>'), /web page/],
    ['a pointer', Buffer.from('version https://git-lfs.github.com/spec/v1'), /Git LFS/],
    ['a description', Buffer.from('{"class_name": "Functional"}'), /description of a model without weights/],
    ['nothing', Buffer.alloc(0), /empty file/],
  ])('%s is known by its first bytes', (_, file, kind) => {
    expect(otherFile(file)?.kind).toMatch(kind);
  });

  it.each<[string, string, RegExp]>([
    ['a SavedModel', 'model/saved_model.pb', /it is a TensorFlow SavedModel; load the model in Keras and save it/],
    ['a PyTorch checkpoint', 'archive/data.pkl', /it is a PyTorch checkpoint/],
    ['weights in pieces', 'model.weights.json', /whose weights are divided over files/],
    ['a packed model', 'inception.h5', /an archive with model files; unpack it/],
  ])('%s is known by the names in its archive', async (_, name, message) => {
    await expect(readKerasArchive(await zipOf({ [name]: Buffer.from('x') }))).rejects.toThrow(message);
  });

  it('and a folder are refused with what to do', async () => {
    await expect(readBackboneFile(await temporaryFolder())).rejects.toThrow(/it is a folder; give one file/);
  });
});
