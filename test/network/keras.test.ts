import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { Group } from 'h5wasm';
import h5wasm from 'h5wasm/node';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OnnxEngine } from '../../src/engines/onnx/onnx-engine.js';
import { HubError } from '../../src/errors.js';
import { readBackboneFile } from '../../src/network/backbone-file.js';
import { matchBackbone } from '../../src/network/backbone-weights.js';
import { datasetAt, readFloats, readHdf5 } from '../../src/network/hdf5.js';
import { head } from '../../src/network/head.js';
import { readKerasArchive } from '../../src/network/keras/archive.js';
import { readDescription } from '../../src/network/keras/description.js';
import { kerasModel } from '../../src/network/keras/layers.js';
import { matchModel } from '../../src/network/keras/match.js';
import { readKerasModel } from '../../src/network/keras/read.js';
import { writeKerasModel } from '../../src/network/keras/write.js';
import { writeSafetensors } from '../../src/network/safetensors.js';
import { f32 } from '../../src/network/tensor.js';
import { readExportedModel } from '../../src/training/exported-model.js';
import { initialWeights } from '../../src/training/initial-weights.js';
import { zipOf } from '../datasets/archives.js';
import { temporaryFolder } from '../storage/fixtures.js';
import { classifierOf } from '../support/classifier-of.js';
import { narrowBackbone } from '../support/narrow-backbone.js';
import { reference } from '../support/reference.js';
import { tensorHashes } from '../support/tensor-hashes.js';

const path = (name: string): string => fileURLToPath(new URL(`../reference/${name}`, import.meta.url));

/** What test/reference/keras_models.py made with Keras: files, and what Keras answers about pictures. */
const { input, image, probabilities } = reference<{ input: number; image: number; probabilities: number[][] }>(
  'keras_model.json',
);
const saved = (ending: string): Buffer => gunzipSync(readFileSync(path(`keras_model.${ending}.gz`)));

/** The pictures of that script. */
const pictures = Uint8Array.from({ length: probabilities.length * input * input * 3 }, (_, i) => {
  return Math.floor(((i * 2654435761) % 2 ** 32) / 2 ** 24);
});

describe('a model that Keras saved', () => {
  it.each([
    ['keras', []],
    ['h5', [expect.stringContaining('taken for a bilinear resize'), expect.stringContaining('No layer scales')]],
  ])('as .%s answers as it does in Keras', async (ending, notes) => {
    const model = await readKerasModel(saved(ending));
    expect(model).toMatchObject({ size: { input, image }, notes });
    const dense = { kind: 'dense', inFeatures: 128, units: 20, activation: 'relu' };
    expect(model.head).toMatchObject([dense, { kind: 'dropout', rate: 0.3 }, { units: 3, activation: 'softmax' }]);
    const network = await new OnnxEngine(2).classifier(classifierOf(model));
    onTestFinished(() => network.dispose());
    const answers = await network.run(pictures, probabilities.length);
    for (const [i, expected] of probabilities.flat().entries()) expect(answers[i]).toBeCloseTo(expected, 5);
  });
});

describe('a model that is written as Keras has it', () => {
  it('comes back with the same weights and what was said of it', async () => {
    const backbone = narrowBackbone();
    const layers = head(128, { hidden: 20, classes: 3, dropout: 0.5 });
    const weights = new Map([...backbone, ...initialWeights(layers, 1)]);
    const file = join(await temporaryFolder(), 'model.h5');
    const all = [...matchBackbone(backbone).layers, ...layers];
    await writeKerasModel(file, kerasModel(all, { input, image }), weights, { labels: '["a","b","c"]' });
    const model = await readKerasModel(await readFile(file));
    expect(model).toMatchObject({ size: { input, image }, notes: [] });
    expect(model.labels).toEqual(['a', 'b', 'c']);
    expect(tensorHashes(model.weights)).toEqual(tensorHashes(weights));
  });
});

interface Described {
  class_name: string;
  name?: string;
  config: Record<string, unknown> & { layers: Described[] };
  inbound_nodes: unknown[];
}

describe('a model of another kind', () => {
  /** The description of the .keras file, changed. */
  async function described(change: (model: Described, base: Described) => void): Promise<string> {
    const model = JSON.parse((await readKerasArchive(saved('keras')))['config.json'].toString()) as Described;
    change(model, model.config.layers.find(({ name }) => name === 'inception_v3') as Described);
    return JSON.stringify(model);
  }
  const layer = ({ config }: Described, type: string, nth = 0): Described =>
    config.layers.filter(({ class_name }) => class_name === type)[nth] as Described;
  const set =
    (type: string, nth: number, config: object, of: 'model' | 'base' = 'base') =>
    (model: Described, base: Described): void => {
      Object.assign(layer(of === 'base' ? base : model, type, nth).config, config);
    };

  it.each<[string, (model: Described, base: Described) => void, RegExp]>([
    ['with another filter', set('Conv2D', 3, { filters: 99 }), /\(Conv2D\) has filters 99 where \d+ is needed/],
    ['with another stride', set('Conv2D', 0, { strides: [1, 1] }), /has strides \[1,1\] where \[2,2\] is needed/],
    ['with grouped convolutions', set('Conv2D', 4, { groups: 2 }), /has groups 2 where 1 is needed/],
    ['with gammas', set('BatchNormalization', 0, { scale: true }), /has scale true where false is needed/],
    ['with another pooling', set('AveragePooling2D', 0, { padding: 'valid' }), /has padding "valid"/],
    [
      'that scales a channel less',
      set('Rescaling', 0, { scale: [1, 2] }, 'model'),
      /has \[1,2\] where a number, or one for/,
    ],
    ['that resizes otherwise', set('Resizing', 0, { interpolation: 'nearest' }, 'model'), /plain bilinear resize/],
    ['with a huge head', set('Dense', 0, { units: 1e12 }, 'model'), /1000000000000 units; 1 to 16384 are taken/],
    [
      'that answers yes or no for each class',
      set('Dense', 1, { activation: 'sigmoid' }, 'model'),
      /3 outputs with sigmoid/,
    ],
    [
      'with an activation of its own',
      set('Dense', 0, { activation: 'mine' }, 'model'),
      /dense \(Dense\) has an activation/,
    ],
    [
      'with one softmax',
      set('Dense', 1, { units: 1 }, 'model'),
      /1 output with softmax; a model must end in softmax, one/,
    ],
    ['of one channel', set('InputLayer', 0, { batch_shape: [null, 32, 32, 1] }, 'model'), /squares of 3 channels/],
    [
      'with a layer in its head that cannot be computed',
      (model) => Object.assign(layer(model, 'Dense'), { class_name: 'LayerNormalization' }),
      /dense \(LayerNormalization\) cannot be computed in a head; it may have pooling/,
    ],
    [
      'with a convolution in its head',
      (model) =>
        Object.assign(layer(model, 'GlobalAveragePooling2D'), { class_name: 'Conv2D', config: { filters: 64 } }),
      /^This is not a model that can be taken: \w+ \(Conv2D\) cannot be computed in a head; it may have pooling/,
    ],
    [
      'with a convolution too few',
      (_model, base) => Object.assign(layer(base, 'Conv2D', 90), { class_name: 'Mine' }),
      /the model "inception_v3" in it has 93 convolutions, the first with 2 filters, where InceptionV3 has 94/,
    ],
    [
      'without pooling',
      (model) =>
        Object.assign(layer(model, 'GlobalAveragePooling2D'), { class_name: 'Dropout', config: { rate: 0.5 } }),
      /dense \(Dense\) reads a map of 1 x 1 x 128; pool or flatten it first/,
    ],
    [
      'without classes',
      (model) =>
        model.config.layers
          .filter(({ class_name: of }) => of === 'Dense')
          .map((one) => Object.assign(one, { class_name: 'Flatten' })),
      /a head needs a Dense layer for the classes/,
    ],
    [
      'with a window beside the map',
      (model) =>
        Object.assign(layer(model, 'GlobalAveragePooling2D'), {
          class_name: 'MaxPooling2D',
          config: { pool_size: [2, 2] },
        }),
      /has a window of 2 x 2 on a map of 1 x 1 x 128; it must be the whole map/,
    ],
    [
      'with a layer of its maker',
      (model) => Object.assign(layer(model, 'Rescaling'), { class_name: 'Mine' }),
      /rescaling \(Mine\) before the first convolution is not known/,
    ],
    [
      'that is no InceptionV3',
      (model, base) => {
        const inner = JSON.stringify(base).replaceAll('"Conv2D"', '"DepthwiseConv2D"');
        Object.assign(base, JSON.parse(inner.replaceAll('inception_v3', 'resnet50')));
        const text = JSON.stringify(model).replaceAll('inception_v3', 'resnet50');
        Object.assign(model, JSON.parse(text));
      },
      /the model "resnet50" in it has 0 convolutions where InceptionV3 has 94.*DepthwiseConv2D/,
    ],
    [
      'with branches that are exchanged',
      (_model, base) => swapInputs(layer(base, 'Concatenate')),
      /is there where InceptionV3 has \w+ \(Conv2D\)|reads something else where|has filters/,
    ],
    [
      'that uses a layer twice',
      (_model, base) => void layer(base, 'Conv2D').inbound_nodes.push(...layer(base, 'Conv2D').inbound_nodes),
      /a layer is used more than once/,
    ],
    [
      'that reads itself',
      (_model, base) => Object.assign(layer(base, 'Conv2D'), { inbound_nodes: layer(base, 'Conv2D', 1).inbound_nodes }),
      /reads what is not there/,
    ],
    [
      'with models deep in each other',
      (model) => {
        for (let depth = 0; depth < 9; depth++) {
          const inner = { ...model, config: { ...model.config }, name: 'inner', inbound_nodes: [] };
          model.class_name = 'Sequential';
          model.config = { layers: [inner] };
        }
      },
      /models lie more than 4 deep/,
    ],
    ['that is none', (model) => Object.assign(model, { class_name: 'Evil' }), /it holds a Evil, whose layers/],
  ])('%s is refused', async (_what, change, message) => {
    const text = await described(change);
    expect(() => matchModel(readDescription(text))).toThrow(message);
  });

  function swapInputs({ inbound_nodes: [node] }: Described): void {
    const { args } = node as { args: [unknown[]] };
    args[0].reverse();
  }
});

async function damagedConstructor(): Promise<Buffer> {
  const zip = await zipOf({ constructor: Buffer.alloc(1000) });
  const content = zip.indexOf('constructor') + 'constructor'.length;
  return zip.fill(0xff, content, content + 4);
}

type H5Dataset = Omit<Parameters<InstanceType<typeof h5wasm.Group>['create_dataset']>[0], 'name'>;

describe('a file that is not what it says', () => {
  it.each<[string, () => Promise<Buffer> | Buffer, RegExp]>([
    ['an empty one', () => Buffer.alloc(0), /it is not an HDF5 file/],
    ['half a .h5', () => saved('h5').subarray(0, 100_000), /it is damaged/],
    ['half a .keras', () => saved('keras').subarray(0, 100_000), /its zip archive is damaged/],
    ['a zip of other things', () => zipOf({ 'config.json': Buffer.from('{}') }), /it has no model.weights.h5/],
    [
      'a description that is not JSON',
      () => zipOf({ 'config.json': Buffer.from('no'), 'model.weights.h5': saved('h5') }),
      /describes no model of layers/,
    ],
    [
      'a bomb',
      () => zipOf({ 'config.json': Buffer.alloc(17 * 1024 ** 2), 'model.weights.h5': Buffer.from('') }),
      /config.json in it has 17825792 bytes; the limit is 16777216/,
    ],
    [
      'one with two descriptions',
      async () => {
        const zip = await zipOf({ 'config.json': Buffer.from('{}'), 'confog.json': Buffer.from('{}') });
        return Buffer.from(zip.toString('latin1').replaceAll('confog', 'config'), 'latin1');
      },
      /it has config.json twice/,
    ],
    ['a damaged part by a name that every object has, unread', damagedConstructor, /it has no config.json/],
  ])('%s is refused', async (_what, file, message) => {
    await expect(readKerasModel(await file())).rejects.toThrow(message);
  });

  it.each<[string, Record<string, number[]>, Record<string, string>, RegExp]>([
    ['without metadata', {}, { labels: '[]' }, /its metadata do not say labels, preprocessing and head/],
    [
      'for tiny pictures',
      {},
      { preprocessing: '{"input":32,"image":32}' },
      /it takes images of 32 pixels, resized to 32; that must be 75 to 600 pixels/,
    ],
    ['with a head for another network', { 'dense/kernel': [99, 20] }, {}, /dense does not fit/],
    [
      'with a bias too short',
      { 'predictions/bias': [2] },
      {},
      /predictions\/bias has shape \[2\] where \[3\] is needed/,
    ],
    ['without a head', { 'dense/kernel': [2] }, {}, /not the weights of a head/],
  ])('an export %s is refused', (what, shapes, about, message) => {
    const layers = head(128, { hidden: 20, classes: 3, dropout: 0.5 });
    const changed = Object.entries(shapes).map(([name, shape]) => [name, f32(shape)] as const);
    const weights = new Map([...narrowBackbone(), ...initialWeights(layers, 1), ...changed]);
    const said = { labels: '["a","b","c"]', preprocessing: '{"input":32,"image":75}', head: '{"dropout":0.5}' };
    const metadata = what === 'without metadata' ? about : { ...said, ...about };
    expect(() => readExportedModel(writeSafetensors(weights, metadata))).toThrow(message);
  });

  it.each<[string, H5Dataset, RegExp]>([
    ['64-bit floats', { data: new Float64Array(54) }, /not stored as 32-bit floats/],
    ['texts of a megabyte', { data: ['a'], shape: [1], dtype: 'S1048576' }, /it has 93 convolutions with weights/],
    [
      'pieces larger than itself',
      { data: new Float32Array(54), chunks: [3, 3, 3, 1_000_000], maxshape: [3, 3, 3, null], compression: 9 },
      /stored in pieces of \[3, 3, 3, 1000000\], larger than itself/,
    ],
  ])('a weight file whose kernel is %s is refused unread', async (_what, dataset, message) => {
    const file = join(await temporaryFolder(), 'weights.h5');
    await h5wasm.ready;
    const root = new h5wasm.File(file, 'w');
    const backbone = narrowBackbone();
    const layers = [...new Set([...backbone.keys()].map((name) => name.slice(0, name.indexOf('/'))))];
    const groups = new Map(layers.map((layer) => [layer, root.create_group(layer)]));
    for (const [name, { shape, data }] of backbone) {
      const [layer, variable] = name.split('/') as [string, string];
      const changed = name === 'conv2d/kernel' ? dataset : {};
      const written = { name: `${variable}:0`, data: data as Float32Array, shape: [...shape], ...changed };
      groups.get(layer)?.create_dataset(written);
    }
    root.close();
    await expect(readBackboneFile(file)).rejects.toThrow(message);
  });

  it('reads nothing of other files, though HDF5 may keep its data in them', async () => {
    // Made by test/reference/keras_models.py: a kernel whose values lie in the file package.json.
    const file = await readFile(path('external_data.h5'));
    const refuse = (why: string): HubError => new HubError('WEIGHTS_REFUSED', why);
    const kernel = (root: Group) => readFloats(datasetAt(root, ['conv2d', 'kernel'])!, 'kernel', [3, 3, 3, 2], refuse);
    await expect(readHdf5(file, kernel, refuse)).rejects.toThrow(/it is damaged/);
  });
});
