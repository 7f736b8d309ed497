import { z } from 'zod';
import { HubError } from '../errors.js';
import { ACTIVATIONS, type DenseLayer, type Layer, POOLED } from './layers.js';
import { NORM_VARIABLES } from './norm.js';
import type { SafetensorsFile } from './safetensors.js';
import type { Weights } from './tensor.js';

/** Sizes of the head that the hub trains. The defaults are the seed experiment's. */
export interface HeadShape {
  readonly classes: number;
  /** Units of the hidden layer. */
  readonly hidden: number;
  /** Share of hidden units dropped in training. */
  readonly dropout: number;
}

/** Name of the dense layer that answers. */
export const ANSWER = 'predictions';

/** The head that the hub trains, on the pooled features: dense + ReLU, dropout, dense + softmax. */
export function head(inFeatures: number, shape: HeadShape): readonly Layer[] {
  return [
    { kind: 'dense', name: 'dense', inputs: [POOLED], inFeatures, units: shape.hidden, activation: 'relu' },
    { kind: 'dropout', name: 'dropout', inputs: ['dense'], rate: shape.dropout },
    {
      kind: 'dense',
      name: ANSWER,
      inputs: ['dropout'],
      inFeatures: shape.hidden,
      units: shape.classes,
      activation: 'softmax',
    },
  ];
}

const named = { name: z.string().regex(/^[a-z]\w{0,99}$/), inputs: z.tuple([z.string()]) };
const size = z.int().positive();
const activation = z.enum(ACTIVATIONS);
/** The layers of which a head consists, in the order of computation. */
export const headLayersSchema = z
  .array(
    z.discriminatedUnion('kind', [
      z.object({ kind: z.enum(['globalAveragePool', 'globalMaxPool', 'flatten']), ...named }),
      z.object({ kind: z.literal('dense'), ...named, inFeatures: size, units: size, activation }),
      z.object({ kind: z.literal('norm'), ...named, channels: size, epsilon: z.number().positive() }),
      z.object({ kind: z.literal('activation'), ...named, activation, alpha: z.number().optional() }),
      z.object({ kind: z.literal('dropout'), ...named, rate: z.number().min(0).lt(1) }),
    ]),
  )
  .min(1)
  .max(100);

/** Key of the head's layers, as JSON, in the metadata of a safetensors file. */
const HEAD_KEY = 'head';

/** The metadata that describes the head of weights. */
export function headMetadata(layers: readonly Layer[]): Record<typeof HEAD_KEY, string> {
  return { [HEAD_KEY]: JSON.stringify(layers) };
}

/** Names and shapes of the variables of a head's layers, in Keras's order. */
export function headVariables(layers: readonly Layer[]): [string, readonly number[]][] {
  return layers.flatMap((layer): [string, readonly number[]][] => {
    const { name } = layer;
    if (layer.kind === 'dense') {
      return [
        [`${name}/kernel`, [layer.inFeatures, layer.units]],
        [`${name}/bias`, [layer.units]],
      ];
    }
    if (layer.kind !== 'norm') return [];
    return NORM_VARIABLES.map((variable) => [`${name}/${variable}`, [layer.channels]]);
  });
}

/** What metadata say of a head: its layers or, in files of earlier hubs, the dropout rate of the head that a hub trains. */
const describedSchema = z.union([headLayersSchema, z.object({ dropout: z.number().min(0).lt(1) })]);

/**
 * The head of a set of weights: the layers that the metadata describe or, without them, the head that the hub trains, with
 * dropout 0. @throws WEIGHTS_REFUSED when the layers or the sizes of their weights do not fit.
 */
export function headOf({ weights, metadata }: SafetensorsFile): readonly Layer[] {
  const text = metadata[HEAD_KEY];
  const described = text === undefined ? { dropout: 0 } : parseHead(text);
  const layers = 'dropout' in described ? trainedHead(weights, described.dropout) : described;
  for (const [name, shape] of headVariables(layers)) {
    const has = weights.get(name);
    if (has?.type !== 'F32' || has.shape.join() !== shape.join()) {
      throw refuseHead(`${name} has shape [${has?.shape.join(', ') ?? ''}] where [${shape.join(', ')}] is needed`);
    }
  }
  return layers;
}

function trainedHead(weights: Weights, dropout: number): readonly Layer[] {
  const hidden = weights.get('dense/kernel')?.shape;
  const predictions = weights.get('predictions/kernel')?.shape;
  if (hidden?.length !== 2 || predictions?.length !== 2 || hidden[1] !== predictions[0]) {
    throw refuseHead('dense and predictions do not fit together');
  }
  return head(hidden[0] as number, { classes: predictions[1] as number, hidden: hidden[1] as number, dropout });
}

function parseHead(text: string): z.output<typeof describedSchema> {
  try {
    return describedSchema.parse(JSON.parse(text));
  } catch {
    throw refuseHead('its metadata do not describe its layers');
  }
}

/** Number of classes that a head answers with. */
export function classesOf(layers: readonly Layer[]): number {
  const last = layers.findLast((layer) => layer.kind === 'dense');
  return (last as DenseLayer).units;
}

/** The error WEIGHTS_REFUSED for the weights of a head. */
export function refuseHead(why: string): HubError {
  return new HubError('WEIGHTS_REFUSED', `These are not the weights of a head: ${why}.`);
}
