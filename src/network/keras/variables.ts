import type { Dataset, Group } from 'h5wasm';
import { datasetAt, groupAt, namesIn, readFloats, textsOf } from '../hdf5.js';
import { elements } from '../tensor.js';
import { nameOf, type ReadLayer, refuseModel } from './description.js';
import type { ReadVariable } from './inference.js';

/** Finds the values of a layer's variable, by its name or by its index in Keras's order. */
export type FindVariable = (layer: ReadLayer, variable: string, index: number) => Dataset | undefined;

/** Groups in which Keras 3, and Keras 2.12 in its place, keep the layers of a model. */
export const LAYER_GROUPS = ['layers', '_layer_checkpoint_dependencies'] as const;

/**
 * Variables in the HDF5 format of Keras 1 and 2: a group for each layer of the outermost model, with the names of its variables
 * in `weight_names`. The layers of a nested model are all in the group of that model.
 */
export function variablesByName(root: Group): FindVariable {
  const groups = groupAt(root, ['model_weights']) ?? root;
  const listed = new Map<string, readonly (readonly string[])[]>();
  return (layer, variable) => {
    const [outer, ...inner] = layer.path as [string, ...string[]];
    const group = groupAt(groups, outer.split('/'));
    if (!group) return undefined;
    const names = listed.get(outer) ?? textsOf(group, 'weight_names').map((name) => name.split('/'));
    listed.set(outer, names);
    const isOwn = (name: readonly string[]): boolean =>
      variableIn(name) === variable && (inner.length === 0 || endsWith(name.slice(0, -1), layer.name.split('/')));
    const own = names.filter(isOwn);
    if (own.length > 1) throw refuseModel(`it has ${own.length} variables ${variable} of ${nameOf(layer)}`);
    return own[0] && datasetAt(group, own[0]);
  };
}

/** Variables in the format of `.keras` and `.weights.h5`: groups by class, numbered in each model. */
export function variablesByPlace(root: Group): FindVariable {
  return (layer, _variable, index) => {
    let group: Group | undefined = root;
    for (const name of layer.place) group &&= name === 'layers' ? layersIn(group) : numbered(group, name);
    const variables = group && groupAt(group, ['vars']);
    if (!variables) return undefined;
    const [name] = textsOf(variables, 'name');
    if (name !== undefined && name !== layer.name) {
      throw refuseModel(`its weights have ${name.slice(0, 80)} in the place of ${nameOf(layer)}`);
    }
    return datasetAt(variables, [String(index)]);
  };
}

/** The group of a model's layers. */
function layersIn(model: Group): Group | undefined {
  return LAYER_GROUPS.map((name) => groupAt(model, [name])).find((group) => group !== undefined);
}

/**
 * The group of the nth layer of a class. Keras 2.12 counts layers with weights twice, and so names every second.
 * @param name of a class with a number: `conv2d`, `conv2d_1`.
 */
function numbered(layers: Group, name: string): Group | undefined {
  const [, type, number = '0'] = /^(.*?)(?:_(\d+))?$/.exec(name) as unknown as [string, string, string?];
  const numbers = numbersOf(layers, type);
  const isDoubled = numbers.length > 1 && numbers.every((value, i) => value === 2 * i);
  const actual = Number(number) * (isDoubled ? 2 : 1);
  return groupAt(layers, [actual === 0 ? type : `${type}_${actual}`]);
}

/** The numbers of the layers of a class, in order: 0 for `conv2d`, 1 for `conv2d_1`. */
export function numbersOf(layers: Group, type: string): readonly number[] {
  const own = [...namesIn(layers)].filter((key) => key.startsWith(type) && /^(_\d+)?$/.test(key.slice(type.length)));
  return own.map((key) => Number(key.slice(type.length + 1) || 0)).sort((a, b) => a - b);
}

/** Most numbers of a variable that is read as numbers. */
const FEW = 16;

/** Reads small variables, such as the mean of a `Normalization`. */
export function readNumbers(find: FindVariable): ReadVariable {
  return (layer, variable, index) => {
    const dataset = find(layer, variable, index);
    if (!dataset?.shape || elements(dataset.shape) > FEW) return undefined;
    return Array.from(readFloats(dataset, `${nameOf(layer)} ${variable}`, dataset.shape, refuseModel).data);
  };
}

/** `kernel` of `conv2d/kernel:0`. */
export function variableIn(name: readonly string[]): string {
  return (name.at(-1) as string).replace(/:\d+$/, '');
}

function endsWith(names: readonly string[], end: readonly string[]): boolean {
  return end.every((name, i) => names[names.length - end.length + i] === name);
}
