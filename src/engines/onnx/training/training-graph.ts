import type { Shape } from '../../../network/layers.js';
import { elements } from '../../../network/tensor.js';
import { GraphBuilder } from '../graph.js';
import { type AdamFactors, SCALED_EPSILON, writeAdam } from './adam.js';
import { writeCrossEntropy } from './cross-entropy.js';
import type { Context, Recorded } from './operator.js';
import { next, piecesOf } from './pieces.js';
import type { Step } from './plan.js';
import type { StoredWeight } from './stored-weight.js';

/** What the graphs of one trainer have in common. */
export interface GraphSpec {
  readonly steps: readonly Step[];
  readonly input: { readonly name: string; readonly shape: Shape; readonly type: 'float32' | 'float16' };
  readonly classes: number;
  /** By stored weight: the factors folded into it, per column. */
  readonly folded: ReadonlyMap<string, Float32Array>;
}

/** What a pass over a batch is for. */
export type Purpose =
  /** Forward and backward pass, and Adam's step. */
  | 'step'
  /** Forward and backward pass; gradients are added to those of the passes before. */
  | 'accumulate';

/** Everything that is learned, in the order of the operators. */
export function weightsOf(steps: readonly Step[]): readonly StoredWeight[] {
  return steps.flatMap(({ operator }) => operator.weights);
}

/** A gradient's sum over passes, as an input; with `next:` in front, behind the pass. */
export const sumOf = (weight: string): string => `sum:${weight}`;

/**
 * Writes forward pass, loss, backward pass and Adam as one graph of plain operators, since ONNX Runtime's inference build
 * brings no training of its own.
 *
 * Inputs: `features` [rows, values of an example], `targets` [rows, classes], `row_weights` [rows, 1], a mask per dropout
 * layer, each stored weight as a whole; for a step the pieces of each weight and of its two moments and `step_size` [],
 * else the sums of the gradients. Outputs: `loss` [], `probabilities` [rows, classes], and the pieces or sums behind it.
 */
export function trainingGraph(spec: GraphSpec, rows: number, purpose: Purpose): Uint8Array {
  const graph = new GraphBuilder();
  const context = contextOf(graph, spec, rows, true);
  const { values, records } = forward(context, spec);

  const targets = graph.input('targets', 'float32', [rows, spec.classes]);
  const rowWeights = graph.input('row_weights', 'float32', [rows, 1]);
  const logits = values.get(spec.steps.at(-1)?.outputs[0] as string) as string;
  const { loss, probabilities, dlogits } = writeCrossEntropy(graph, logits, targets, rowWeights);
  graph.output(loss, 'loss', 'float32', []);
  graph.output(probabilities, 'probabilities', 'float32', [rows, spec.classes]);

  const { gradients, lastReads } = backward(context, spec, records, dlogits);
  if (purpose === 'step') {
    writeUpdates(graph, spec, gradients, lastReads);
  } else {
    for (const { name, shape } of weightsOf(spec.steps)) {
      for (const [i, piece] of piecesOf(name, shape).entries()) {
        const sum = graph.input(sumOf(piece.weight), 'float32', piece.shape);
        const added = graph.node('Add', [sum, gradients.get(name)?.[i] as string]);
        graph.output(added, next(sumOf(piece.weight)), 'float32', piece.shape);
      }
    }
  }
  return graph.encode();
}

/** Writes Adam's step alone, on gradients that were added up over passes. */
export function updateGraph(spec: GraphSpec): Uint8Array {
  const graph = new GraphBuilder();
  const sums = weightsOf(spec.steps).map(({ name, shape }): [string, string[]] => [
    name,
    piecesOf(name, shape).map((piece) => graph.input(sumOf(piece.weight), 'float32', piece.shape)),
  ]);
  writeUpdates(graph, spec, new Map(sums), new Map());
  return graph.encode();
}

/** Writes the forward pass alone, without dropout. Output: `probabilities` [rows, classes]. */
export function predictionGraph(spec: GraphSpec, rows: number): Uint8Array {
  const graph = new GraphBuilder();
  const { values } = forward(contextOf(graph, spec, rows, false), spec);
  const logits = values.get(spec.steps.at(-1)?.outputs[0] as string) as string;
  const probabilities = graph.node('Softmax', [logits], { axis: 1 });
  graph.output(probabilities, 'probabilities', 'float32', [rows, spec.classes]);
  return graph.encode();
}

function contextOf(graph: GraphBuilder, spec: GraphSpec, rows: number, training: boolean): Context {
  const declared = new Map(
    weightsOf(spec.steps).map(({ name, shape }) => [name, graph.input(name, 'float32', shape)] as const),
  );
  return { graph, batch: rows, training, weight: (name) => declared.get(name) as string };
}

function forward(
  context: Context,
  { steps, input }: GraphSpec,
): { values: ReadonlyMap<string, string>; records: readonly Recorded[] } {
  const { graph, batch } = context;
  const given = graph.input('features', input.type, [batch, valuesOf(input.shape)]);
  const features = input.type === 'float16' ? graph.node('Cast', [given], { to: 1 }) : given;
  const channels = graph.ints([-1, input.shape.channels]);
  const values = new Map([[input.name, graph.node('Reshape', [features, channels])]]);
  const records = steps.map(({ operator, inputs, outputs }) => {
    const recorded = operator.forward(
      context,
      inputs.map((name) => values.get(name) as string),
    );
    for (const [i, name] of outputs.entries()) values.set(name, recorded.outputs[i] as string);
    return recorded;
  });
  return { values, records };
}

interface Backward {
  /** Of every stored weight, by piece. */
  readonly gradients: ReadonlyMap<string, readonly string[]>;
  /** By stored weight: what is computed from it last, if anything is on the way back. */
  readonly lastReads: ReadonlyMap<string, string>;
}

function backward(
  context: Context,
  { steps, input }: GraphSpec,
  records: readonly Recorded[],
  dlogits: string,
): Backward {
  const { graph } = context;
  const learns = new Set<string>();
  for (const { operator, inputs, outputs } of steps) {
    if (operator.weights.length > 0 || inputs.some((name) => learns.has(name))) {
      for (const name of outputs) learns.add(name);
    }
  }
  learns.delete(input.name);
  const reaching = new Map<string, string[]>([[steps.at(-1)?.outputs[0] as string, [dlogits]]]);
  const total = (name: string): string => {
    const terms = reaching.get(name) as string[];
    return terms.length === 1 ? (terms[0] as string) : graph.node('Sum', terms);
  };
  const gradients = new Map<string, readonly string[]>();
  const lastReads = new Map<string, string>();
  for (const [i, { operator, inputs, outputs }] of [...steps.entries()].reverse()) {
    const needed = inputs.map((name) => learns.has(name));
    if (operator.weights.length === 0 && !needed.includes(true)) continue;
    const { dxs, weights } = (records[i] as Recorded).backward(outputs.map(total), needed);
    for (const [name, pieces] of weights) gradients.set(name, pieces);
    for (const [j, name] of inputs.entries()) {
      const dx = dxs[j];
      if (!needed[j] || dx === undefined) continue;
      reaching.set(name, [...(reaching.get(name) ?? []), dx]);
      for (const weight of weights.keys()) lastReads.set(weight, dx);
    }
  }
  return { gradients, lastReads };
}

/**
 * Adam writes weights where they lie, so it must come behind everything that reads them. What goes forward does, since
 * the gradient comes from it; the way back through the same weight is made to, by a zero that is computed from it.
 */
function writeUpdates(
  graph: GraphBuilder,
  spec: GraphSpec,
  gradients: ReadonlyMap<string, readonly string[]>,
  lastReads: ReadonlyMap<string, string>,
): void {
  const stepSize = graph.input('step_size', 'float32', []);
  const zero = graph.scalar(0);
  for (const { name, shape } of weightsOf(spec.steps)) {
    const lastRead = lastReads.get(name);
    const behind = lastRead === undefined ? stepSize : graph.node('Add', [stepSize, zeroFrom(graph, lastRead, zero)]);
    const factors = factorsOf(graph, spec.folded.get(name) as Float32Array, behind);
    for (const [i, piece] of piecesOf(name, shape).entries()) {
      writeAdam(graph, piece, gradients.get(name)?.[i] as string, factors);
    }
  }
}

/** Zero, once the value is there. */
function zeroFrom(graph: GraphBuilder, value: string, zero: string): string {
  const one = graph.node('Slice', [value, graph.ints([0, 0]), graph.ints([1, 1]), graph.ints([0, 1])]);
  return graph.node('Clip', [graph.node('Reshape', [one, graph.ints([])]), zero, zero]);
}

function factorsOf(graph: GraphBuilder, folded: Float32Array, stepSize: string): AdamFactors {
  if (folded.every((factor) => factor === 1)) return { stepSize, epsilon: graph.scalar(SCALED_EPSILON) };
  const perColumn = (values: Float32Array): string => graph.constant(values, [values.length]);
  return {
    stepSize: graph.node('Mul', [stepSize, perColumn(folded)]),
    epsilon: perColumn(folded.map((factor) => SCALED_EPSILON / factor)),
  };
}

function valuesOf(shape: Shape): number {
  return elements([shape.height, shape.width, shape.channels]);
}
