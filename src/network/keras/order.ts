import type { Dataset } from 'h5wasm';
import { expectedShapes } from '../backbone-weights.js';
import { type ConvLayer, type Layer, NETWORK_INPUT } from '../layers.js';
import { depthOrder } from './depth-order.js';
import { refuseModel } from './description.js';
import { type KerasLayer, kerasLayers } from './layers.js';
import type { StoredLayer, StoredLayers } from './stored-layers.js';

const REMEDY = 'save the whole model, with its description: model.save("model.keras")';
const INPUT: KerasLayer = { type: 'InputLayer', name: NETWORK_INPUT, inputs: [], config: {}, variables: [] };

/** The layers with weights of a network, and the layer of the file for each, by its name. */
type Assignment = ReadonlyMap<string, StoredLayer>;

/** The datasets of a network's variables, by the hub's names. */
export interface OrderedWeights {
  readonly datasets: ReadonlyMap<string, Dataset>;
  readonly notes: readonly string[];
}

/**
 * Assigns the layers in a file without a description to a network. Keras itself assigns them by their order, which is that of
 * the model's layers: by depth. Names with Keras's numbers tell the order in which the layers were made. One of the two must
 * fit in all shapes; if both fit, they must agree.
 * @throws WEIGHTS_REFUSED when neither fits, with the first difference, and when the order cannot be known.
 */
export function assignWeights({ layers, inOrder }: StoredLayers, network: readonly Layer[]): OrderedWeights {
  const convolutions = network.filter((layer) => layer.kind === 'conv');
  const kernels = layers.filter(isConvolution);
  const norms = layers.filter(isNorm);
  checkCounts(kernels, norms, convolutions.length);
  const assignment = (ordered: readonly KerasLayer[], own: readonly StoredLayer[]): [string, StoredLayer][] =>
    ordered.map(({ name }, i) => [name, own[i] as StoredLayer]);
  const made = kerasLayers(network, NETWORK_INPUT);
  const deep = depthOrder([INPUT, ...made]);
  const assigned = (order: readonly KerasLayer[], first: readonly StoredLayer[], second: readonly StoredLayer[]) =>
    new Map([...assignment(order.filter(isKernel), first), ...assignment(order.filter(isStatistics), second)]);
  const byDepth = inOrder ? assigned(deep, kernels, norms) : undefined;
  const numbered = [inNumbers(kernels, 'conv2d'), inNumbers(norms, 'batch_normalization')] as const;
  const byNumber = numbered[0] && numbered[1] ? assigned(made, numbered[0], numbered[1]) : undefined;
  const possible = [byDepth, byNumber].filter((one) => one !== undefined);
  const fitting = possible.filter((one) => misfit(one, convolutions) === undefined);
  if (possible.length === 0) throw refuseModel(`the names of its layers do not tell their order; ${REMEDY}`);
  if (fitting.length === 0) throw refuseModel(misfit(possible.at(-1) as Assignment, convolutions) as string);
  const chosen = fitting[0] as Assignment;
  const other = fitting[1];
  const differs = other && [...chosen].find(([name, layer]) => other.get(name) !== layer);
  if (differs) {
    const [name, { name: own }] = differs;
    throw refuseModel(`by its place ${own} is ${name}, by its number it is another layer of the same shape; ${REMEDY}`);
  }
  const datasets = new Map(convolutions.flatMap((layer) => datasetsOf(layer, chosen)));
  const note =
    'The names of its layers have no numbers: they were taken in the order in which Keras stores InceptionV3.';
  const isNamed = layers.some(({ name }) => name !== undefined);
  return { datasets, notes: isNamed && !byNumber ? [note] : [] };
}

const isKernel = ({ type }: KerasLayer): boolean => type === 'Conv2D';
const isStatistics = ({ type }: KerasLayer): boolean => type === 'BatchNormalization';
export const isConvolution = ({ variables }: StoredLayer): boolean => variables.get('kernel')?.shape?.length === 4;
const isNorm = ({ variables }: StoredLayer): boolean => variables.has('moving_mean');

function checkCounts(kernels: readonly StoredLayer[], norms: readonly StoredLayer[], needed: number): void {
  if (kernels.length !== needed || norms.length !== needed) {
    throw refuseModel(
      `it has ${kernels.length} convolutions and ${norms.length} normalizations with weights where InceptionV3 has ${needed} of each`,
    );
  }
  const biased = kernels.find(({ variables }) => variables.has('bias'));
  if (biased)
    throw refuseModel(`${biased.name ?? 'a convolution'} has a bias; the convolutions of InceptionV3 have none`);
  const scaled = norms.find(({ variables }) => variables.has('gamma') || variables.has('more'));
  if (scaled) throw refuseModel(`${scaled.name ?? 'a normalization'} has a gamma; those of InceptionV3 have none`);
}

/** Layers in the order of the numbers in their names; undefined when these are not Keras's. */
function inNumbers(layers: readonly StoredLayer[], type: string): readonly StoredLayer[] | undefined {
  const numberOf = ({ name = '' }: StoredLayer): number => {
    const [, number] = /^_(\d+)$/.exec(name.slice(type.length)) ?? [];
    return name === type ? 0 : name.startsWith(type) && number !== undefined ? Number(number) : Number.NaN;
  };
  const numbers = layers.map(numberOf);
  if (numbers.some(Number.isNaN) || new Set(numbers).size < layers.length) return undefined;
  return layers.toSorted((a, b) => numberOf(a) - numberOf(b));
}

/** The first difference of shapes; undefined if there is none. */
function misfit(assignment: Assignment, convolutions: readonly ConvLayer[]): string | undefined {
  for (const layer of convolutions) {
    const datasets = new Map(datasetsOf(layer, assignment));
    for (const [name, shape] of expectedShapes(layer)) {
      const has = datasets.get(name)?.shape;
      if (!has) return `${name} is missing`;
      if (has.join() !== shape.join())
        return `${name} has shape [${has.join(', ')}] where [${shape.join(', ')}] is needed`;
    }
  }
  return undefined;
}

function datasetsOf(layer: ConvLayer, assignment: Assignment): [string, Dataset][] {
  return expectedShapes(layer).flatMap(([name]): [string, Dataset][] => {
    const [owner, variable] = name.split('/') as [string, string];
    const dataset = assignment.get(owner)?.variables.get(variable);
    return dataset ? [[name, dataset]] : [];
  });
}
