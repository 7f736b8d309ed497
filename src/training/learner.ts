import type { TrainerSpec } from '../engines/engine.js';
import { matchBackbone, overlay } from '../network/backbone-weights.js';
import { divideAt } from '../network/cut.js';
import { foldLayers, foldNorms, unfoldLayers } from '../network/folded-weights.js';
import { head } from '../network/head.js';
import { imageShapes, type Shape } from '../network/layers.js';
import { readSafetensors } from '../network/safetensors.js';
import type { Weights } from '../network/tensor.js';
import type { BlobStore } from '../storage/blobs.js';
import { featureTypeOf } from './features.js';
import { initialWeights } from './initial-weights.js';
import type { Job } from './job.js';
import { firstTrainedLayerOf } from './recipe.js';

/** The trainable part of a network, with its initial weights. */
export interface Learner {
  /** Layers in the order of computation, of which the head's dense and dropout layers come last, and what belongs to them. */
  readonly spec: Pick<TrainerSpec, 'layers' | 'input' | 'folded' | 'norms'>;
  /** Initial weights under the trainer's names. */
  readonly start: Weights;
  /** Converts trained weights to Keras's names and values, for the model version. */
  toKeras(weights: Weights): Weights;
}

/**
 * Builds the trainable part: the head alone after `avg_pool`, else every layer after the first trained layer and the head.
 * The head is the parent run's, or new without a parent.
 * @param rowLength values per image at the first trained layer.
 * @throws WEIGHTS_REFUSED when stored weights do not fit the network.
 */
export async function buildLearner(
  job: Job,
  blobs: BlobStore,
  { classes, rowLength }: { readonly classes: number; readonly rowLength: number },
): Promise<Learner> {
  const { hiddenUnits, dropout, seed } = job.recipe;
  const firstTrainedLayer = firstTrainedLayerOf(job.recipe);
  const shape = { classes, hidden: hiddenUnits, dropout };
  const parent = job.parentBlob === null ? undefined : await read(blobs, job.parentBlob);
  const type = featureTypeOf(firstTrainedLayer);
  if (firstTrainedLayer === 'avg_pool') {
    const layers = head(rowLength, shape);
    const input = { name: firstTrainedLayer, shape: { height: 1, width: 1, channels: rowLength }, type };
    const start = parent ?? initialWeights(layers, seed);
    return { spec: { layers, input, folded: new Map() }, start, toKeras: (weights) => weights };
  }
  const backbone = await read(blobs, job.backboneBlob);
  const tuned = parent ? overlay(backbone, parent) : backbone;
  const network = matchBackbone(backbone).layers;
  const shapes = imageShapes(network, job.size.image);
  const { rest } = divideAt(network, firstTrainedLayer);
  const headLayers = head((shapes.get('avg_pool') as Shape).channels, shape);
  const folded = foldLayers(rest, tuned);
  const { factors } = folded;
  const norms = job.recipe.liveStatistics ? foldNorms(rest, tuned, folded) : undefined;
  const weights: Weights = new Map([...folded.weights, ...(norms?.weights ?? [])]);
  const headWeights = headLayers.flatMap(({ name }) =>
    [`${name}/kernel`, `${name}/bias`].flatMap((weight) => {
      const tensor = parent?.get(weight);
      return tensor ? [[weight, tensor] as const] : [];
    }),
  );
  return {
    spec: {
      layers: [...rest, ...headLayers],
      input: { name: firstTrainedLayer, shape: shapes.get(firstTrainedLayer) as Shape, type },
      folded: factors,
      norms: norms?.norms,
    },
    start: new Map([...weights, ...(parent ? headWeights : initialWeights(headLayers, seed))]),
    toKeras: (trained) => {
      const ofHead = [...trained].filter(([name]) => !weights.has(name));
      return new Map([...ofHead, ...unfoldLayers(rest, trained, { backbone: tuned, factors })]);
    },
  };
}

async function read(blobs: BlobStore, sha256: string): Promise<Weights> {
  return readSafetensors(await blobs.get(sha256)).weights;
}
