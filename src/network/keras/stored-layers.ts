import h5wasm, { type Dataset, type Group } from 'h5wasm';
import { datasetAt, groupAt, namesIn, textsOf } from '../hdf5.js';
import { refuseModel } from './description.js';
import { LAYER_GROUPS, numbersOf, variableIn } from './variables.js';

/** A layer in a file of weights alone. */
export interface StoredLayer {
  /** The layer's name; undefined where the file has only its class. */
  readonly name: string | undefined;
  readonly variables: ReadonlyMap<string, Dataset>;
}

/** The layers with variables of one model in a file. */
export interface StoredLayers {
  readonly layers: readonly StoredLayer[];
  /** Whether they are in the order of the model's layers. */
  readonly inOrder: boolean;
}

/** Bounds of the search for models in models, and for variables without a list of their names. */
const DEEPEST = 4;
const MOST_KEYS = 16;
/** Most layers, and most variables of a model in the model; InceptionV3 with its top has 313 and 378. */
const MOST_LAYERS = 2000;
const MOST_VARIABLES = 4000;
/** Variables by class, in the order in which Keras 3 numbers them. */
const VARIABLES = {
  conv2d: ['kernel', 'bias'],
  batch_normalization: ['beta', 'moving_mean', 'moving_variance', 'more'],
  dense: ['kernel', 'bias'],
};

/** The layers of a file of weights, in both formats; a model in the model is looked through. */
export function storedLayers(root: Group): StoredLayers {
  const models = LAYER_GROUPS.some((name) => namesIn(root).has(name)) ? modelsIn(root) : [];
  if (models.length === 0) return byName(groupAt(root, ['model_weights']) ?? root);
  return { layers: models.flatMap(byClass), inOrder: true };
}

/** `layers/conv2d_3/vars/0`: the groups of a model's layers, and those of the models in it. */
function modelsIn(model: Group, depth = DEEPEST): readonly Group[] {
  const layers = LAYER_GROUPS.map((name) => groupAt(model, [name])).find((group) => group !== undefined);
  if (!layers || depth === 0) return [];
  const inner = [...namesIn(layers)].filter((key) => /^(functional|sequential|model)(_\d+)?$/.test(key));
  return [layers, ...inner.flatMap((key) => modelsIn(groupAt(layers, [key]) as Group, depth - 1))];
}

function byClass(layers: Group): readonly StoredLayer[] {
  return Object.entries(VARIABLES).flatMap(([type, variables]) =>
    numbersOf(layers, type).map((number) => {
      const group = groupAt(layers, [number === 0 ? type : `${type}_${number}`, 'vars']);
      const found = variables.flatMap((variable, index): [string, Dataset][] => {
        const dataset = group && datasetAt(group, [String(index)]);
        return dataset ? [[variable, dataset]] : [];
      });
      return { name: group && textsOf(group, 'name')[0], variables: new Map(found) };
    }),
  );
}

/** `conv2d_3/conv2d_3/kernel:0`, with lists of the names of layers and variables. */
function byName(groups: Group): StoredLayers {
  const listed = textsOf(groups, 'layer_names');
  const outers = listed.length > 0 ? listed : [...namesIn(groups)];
  if (outers.length > MOST_LAYERS) throw refuseModel(`it has ${outers.length} layers; the limit is ${MOST_LAYERS}`);
  const stored = new Map<string, { name: string; variables: Map<string, Dataset> }>();
  let nested = false;
  for (const outer of outers) {
    const group = groupAt(groups, outer.split('/'));
    if (!group) continue;
    const paths = variablePaths(group);
    const owners = new Set(paths.map((path) => path.slice(0, -1).join('/')));
    nested ||= owners.size > 1;
    for (const path of paths) {
      const owner = path.slice(0, -1).join('/');
      const name = owners.size > 1 ? (path.at(-2) as string) : outer;
      const layer = stored.get(`${outer}/${owner}`) ?? { name, variables: new Map<string, Dataset>() };
      const dataset = datasetAt(group, path);
      if (dataset) layer.variables.set(variableIn(path), dataset);
      stored.set(`${outer}/${owner}`, layer);
    }
  }
  // In a nested model trainable variables come first, whatever layer they are of.
  return { layers: [...stored.values()], inOrder: listed.length > 0 && !nested };
}

/** Paths of a layer's variables: as listed, or as found. */
function variablePaths(group: Group): readonly (readonly string[])[] {
  const listed = textsOf(group, 'weight_names').map((name) => name.split('/'));
  if (listed.length > MOST_VARIABLES)
    throw refuseModel(`it has a layer of ${listed.length} variables; the limit is ${MOST_VARIABLES}`);
  return listed.length > 0 ? listed : pathsIn(group);
}

function pathsIn(group: Group, depth = DEEPEST): readonly (readonly string[])[] {
  if (depth === 0) return [];
  return group
    .keys()
    .slice(0, MOST_KEYS)
    .flatMap((key) => {
      const child = group.get(key);
      if (child instanceof h5wasm.Dataset) return [[key]];
      return child instanceof h5wasm.Group ? pathsIn(child, depth - 1).map((path) => [key, ...path]) : [];
    });
}
