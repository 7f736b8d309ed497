import type { Layer } from '../../../network/layers.js';
import { GraphBuilder } from '../graph.js';
import { writeAdam } from './adam.js';
import { writeCrossEntropy } from './cross-entropy.js';
import { denseRule } from './dense.js';
import { dropoutRule } from './dropout.js';
import { next, type Piece, piecesOf } from './pieces.js';
import type { Recorded, RuleContext } from './rule.js';

/** What a step reads and writes of each piece of a weight. */
export const SLOTS = ['weight', 'first', 'second'] as const;

/** A graph that takes one training step, and the weights it updates. */
export interface TrainingGraph {
  readonly model: Uint8Array;
  readonly weights: ReadonlyMap<string, readonly number[]>;
}

/**
 * Writes forward pass, loss, backward pass and Adam of a chain of layers as one graph of plain operators, since
 * ONNX Runtime's inference build brings no training of its own.
 *
 * Inputs: `features` [batchSize, inFeatures], `onehot` [batchSize, classes], `row_weights` [batchSize, 1],
 * `step_size` [], a mask per dropout layer, each weight as a whole, and the pieces of each weight and of its two moments.
 * Outputs: `loss` [], `probabilities` [batchSize, classes], and the pieces after the step.
 */
export function buildTrainingGraph(
  layers: readonly Layer[],
  options: { readonly inFeatures: number; readonly batchSize: number; readonly classes: number },
): TrainingGraph {
  const { inFeatures, batchSize, classes } = options;
  const graph = new GraphBuilder();
  const weights = new Map<string, readonly number[]>();
  const context: RuleContext = {
    graph,
    batchSize,
    weight(name, shape) {
      weights.set(name, shape);
      return graph.input(name, 'float32', shape);
    },
  };

  let x = graph.input('features', 'float32', [batchSize, inFeatures]);
  const records: Recorded[] = [];
  for (const layer of layers) {
    const recorded = writeForward(context, layer, x);
    records.push(recorded);
    x = recorded.y;
  }

  const onehot = graph.input('onehot', 'float32', [batchSize, classes]);
  const rowWeights = graph.input('row_weights', 'float32', [batchSize, 1]);
  const { loss, probabilities, dlogits } = writeCrossEntropy(graph, x, onehot, rowWeights);
  graph.output(loss, 'loss', 'float32', []);
  graph.output(probabilities, 'probabilities', 'float32', [batchSize, classes]);

  const gradients = new Map<string, string>();
  let dy = dlogits;
  for (const [index, recorded] of [...records.entries()].reverse()) {
    const back = recorded.backward(dy, index > 0);
    for (const [name, gradient] of back.gradients) gradients.set(name, gradient);
    if (back.dx !== undefined) dy = back.dx;
  }

  const stepSize = graph.input('step_size', 'float32', []);
  for (const [name, shape] of weights)
    writeUpdates(graph, piecesOf(name, shape), gradients.get(name) as string, stepSize);
  return { model: graph.encode(), weights };
}

/** Adam on each piece of a weight. */
function writeUpdates(graph: GraphBuilder, pieces: readonly Piece[], gradient: string, stepSize: string): void {
  const rows = pieces.map((piece) => piece.shape[0] as number);
  const parts =
    pieces.length === 1 ? [gradient] : graph.nodes('Split', [gradient, graph.ints(rows)], rows.length, { axis: 0 });
  for (const [i, piece] of pieces.entries()) {
    const input = (value: string): string => graph.input(value, 'float32', piece.shape);
    const moments = { first: input(piece.first), second: input(piece.second) };
    const updated = writeAdam(graph, input(piece.weight), parts[i] as string, moments, stepSize);
    for (const slot of SLOTS) graph.output(updated[slot], next(piece[slot]), 'float32', piece.shape);
  }
}

function writeForward(context: RuleContext, layer: Layer, x: string): Recorded {
  switch (layer.kind) {
    case 'dense':
      return denseRule.forward(context, layer, x);
    case 'dropout':
      return dropoutRule.forward(context, layer, x);
    default:
      throw new Error(`${layer.name}: layers of kind ${layer.kind} cannot be trained yet`);
  }
}
