import type { File as H5File } from 'h5wasm';
import { z } from 'zod';
import { convolutions, expectedShapes } from '../backbone-weights.js';
import { readFloats, readHdf5, textOf } from '../hdf5.js';
import { headVariables } from '../head.js';
import type { ConvLayer } from '../layers.js';
import { elements, type Tensor, type Weights } from '../tensor.js';
import { isZip, readKerasArchive } from './archive.js';
import { readDescription, refuseModel } from './description.js';
import { inferenceLayers } from './inference.js';
import { HUB_ATTRIBUTE } from './layers.js';
import { type MatchedModel, matchModel } from './match.js';
import { foldScaling } from './scaling.js';
import { type FindVariable, readNumbers, variablesByName, variablesByPlace } from './variables.js';

/** A classifier read from a file. */
export interface KerasModel extends Pick<MatchedModel, 'size' | 'head' | 'notes'> {
  /** Weights of InceptionV3 without its top and of the head, under the hub's names. */
  readonly weights: Weights;
  /** Labels of its outputs, if a hub wrote the file. */
  readonly labels: readonly string[] | null;
}

/** Most bytes of weights, as of a model file: only a compressed file could hold more. */
const WEIGHTS_LIMIT = 512 * 1024 ** 2;

/**
 * Reads a Keras model file, HDF5 or `.keras`: InceptionV3 with a head. No code in it is run.
 * @throws WEIGHTS_REFUSED when the model differs, with the difference and the expected value.
 */
export async function readKerasModel(file: Buffer): Promise<KerasModel> {
  if (!isZip(file)) return readHdf5(file, readModelFile, refuseModel);
  const { 'config.json': description, 'model.weights.h5': weights } = await readKerasArchive(file);
  return readHdf5(
    weights,
    (root) => readParts(description.toString('utf8'), variablesByPlace(root), undefined),
    refuseModel,
  );
}

function readModelFile(root: H5File): KerasModel {
  const description = textOf(root, 'model_config');
  if (description === undefined) throw refuseModel('it has weights and no model: save the whole model');
  return readParts(description, variablesByName(root), textOf(root, HUB_ATTRIBUTE));
}

function readParts(description: string, find: FindVariable, about: string | undefined): KerasModel {
  const model = matchModel(inferenceLayers(readDescription(description), readNumbers(find)));
  const { network, scaling, size, head, notes } = model;
  const first = network.find(({ kind }) => kind === 'conv') as ConvLayer;
  const weights = foldScaling(first, readWeights(model, find), scaling);
  return { size, head, notes, weights, labels: labelsIn(about) };
}

const aboutSchema = z.object({ labels: z.string() });
const labelsSchema = z.array(z.string());

/** The labels in the hub's metadata; null if there are none or another program wrote them. */
function labelsIn(about: string | undefined): readonly string[] | null {
  try {
    const { labels } = aboutSchema.parse(JSON.parse(about ?? 'null'));
    return labelsSchema.parse(JSON.parse(labels));
  } catch {
    return null;
  }
}

function readWeights({ network, head, found, given }: MatchedModel, find: FindVariable): Weights {
  const shapes = new Map([...convolutions(network).flatMap(expectedShapes), ...headVariables(head)]);
  const bytes = [...shapes.values()].reduce((sum, shape) => sum + 4 * elements(shape), 0);
  if (bytes > WEIGHTS_LIMIT) throw refuseModel(`its weights would have ${bytes} bytes; the limit is ${WEIGHTS_LIMIT}`);
  const weights = new Map<string, Tensor>();
  for (const { layer, variables } of found) {
    for (const [index, name] of variables.entries()) {
      const variable = name.slice(name.lastIndexOf('/') + 1);
      const dataset = find(layer, variable, index);
      const called = `${layer.name.slice(0, 80)}/${variable}`;
      if (!dataset) throw refuseModel(`${called} is missing`);
      weights.set(name, readFloats(dataset, called, shapes.get(name) as readonly number[], refuseModel));
    }
  }
  return new Map([...weights, ...given]);
}
