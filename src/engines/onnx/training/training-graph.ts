import { elements, type Weights } from '../../../network/tensor.js';
import { GraphBuilder } from '../graph.js';
import { writeCrossEntropy } from './cross-entropy.js';
import type { GraphSpec, PassSpec } from './graph-spec.js';
import { writeMix } from './mix.js';
import { type Context, places, type Recorded, valuesOf } from './operator.js';
import { next, piecesOf, SLOTS } from './pieces.js';
import { statisticsOf, weightsOf } from './plan.js';
import { toStored } from './stored-weight.js';
import { writeUpdates } from './updates.js';

/** Name of a gradient's sum before a pass; after it the name has the prefix `next:`. */
export const sumOf = (weight: string): string => `sum:${weight}`;

/**
 * Writes optimizer steps as one graph of plain operators, since ONNX Runtime's inference build cannot train: forward pass,
 * loss, backward pass and Adam are the body of a loop that carries weights and moments. The runtime copies the outputs of
 * the graph, and with a loop it does so once for many steps.
 *
 * Inputs: `count` [], the steps to take; by step `features` [steps, rows, values of an example], `targets` [steps, rows,
 * classes], `row_weights` [steps, rows, 1], `step_size` [steps], `decay` [steps] where kernels decay, and a mask per
 * dropout layer, and `partners` [steps, rows] and `own` [steps] where examples are mixed; the pieces of each weight and of
 * its two moments; the statistics of batch normalizations. Outputs: pieces and statistics after the steps, `loss` [steps] and `probabilities` [steps, rows, classes].
 */
export function stepsGraph(spec: GraphSpec, rows: number): Uint8Array {
  const graph = new GraphBuilder();
  const body = new GraphBuilder('step:');
  const iteration = body.input('iteration', 'int64', []);
  body.output(body.node('Identity', [body.input('go', 'bool', [])]), 'on', 'bool', []);

  const carried = [...stateOf(spec), ...statisticsOf(spec.steps)];
  const starts = declare(graph, carried);
  const before = declare(body, carried);
  const weights = new Map(
    weightsOf(spec.steps).map(({ name, shape }) => {
      const parts = piecesOf(name, shape).map(({ weight }) => before.get(weight) as string);
      return [name, parts.length === 1 ? (parts[0] as string) : body.node('Concat', parts, { axis: 0 })];
    }),
  );
  for (const { name } of statisticsOf(spec.steps)) weights.set(name, before.get(name) as string);
  const given: Context['given'] = (name, type, shape) =>
    body.node('Gather', [graph.input(name, type, ['steps', ...shape]), iteration], { axis: 0 });
  const context: Context = {
    graph: body,
    batch: rows,
    training: true,
    weight: (name) => weights.get(name) as string,
    given,
  };
  const { loss, probabilities, gradients, statistics } = pass(context, spec);
  release(body, carried, new Map([...writeUpdates(body, spec, gradients, given, before), ...statistics]));
  body.output(loss, 'loss', 'float32', []);
  body.output(probabilities, 'probabilities', 'float32', [rows, spec.classes]);

  const steps = graph.input('count', 'int64', []);
  const results = graph.nodes('Loop', [steps, '', ...starts.values()], carried.length + 2, { body });
  release(graph, carried, new Map(carried.map(({ name }, i) => [name, results[i] as string])));
  graph.output(results.at(-2) as string, 'loss', 'float32', ['steps']);
  graph.output(results.at(-1) as string, 'probabilities', 'float32', ['steps', rows, spec.classes]);
  return graph.encode();
}

/**
 * Writes forward pass, loss and backward pass, for batches that are too large for one pass: the gradients are added to those
 * of the passes before.
 *
 * Inputs: those of one step above without the first dimension, each stored weight as a whole, the sums of the gradients by piece
 * and the statistics. Outputs: sums and statistics after the pass, `loss` [] and `probabilities` [rows, classes].
 */
export function accumulationGraph(spec: GraphSpec, rows: number): Uint8Array {
  const graph = new GraphBuilder();
  const { loss, probabilities, gradients, statistics } = pass(contextOf(graph, spec, rows, true), spec);
  graph.output(loss, 'loss', 'float32', []);
  graph.output(probabilities, 'probabilities', 'float32', [rows, spec.classes]);
  for (const { name, shape } of weightsOf(spec.steps)) {
    for (const [i, piece] of piecesOf(name, shape).entries()) {
      const sum = graph.input(sumOf(piece.weight), 'float32', piece.shape);
      const added = graph.node('Add', [sum, gradients.get(name)?.[i] as string]);
      graph.output(added, next(sumOf(piece.weight)), 'float32', piece.shape);
    }
  }
  release(graph, statisticsOf(spec.steps), statistics);
  return graph.encode();
}

/** Writes Adam's step alone, for gradients summed over passes. */
export function updateGraph(spec: GraphSpec): Uint8Array {
  const graph = new GraphBuilder();
  const sums = weightsOf(spec.steps).map(({ name, shape }): [string, string[]] => [
    name,
    piecesOf(name, shape).map((piece) => graph.input(sumOf(piece.weight), 'float32', piece.shape)),
  ]);
  const state = stateOf(spec);
  release(graph, state, writeUpdates(graph, spec, new Map(sums), inputOf(graph), declare(graph, state)));
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

/**
 * Writes Grad-CAM of one example: the gradient of a class's logit with respect to the input, averaged over places, weights
 * the channels; the positive part of the weighted sum is the evidence for the class at each place. Source: Selvaraju et al.,
 * "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization" (2017), equations 1 and 2.
 *
 * Inputs: `features` [1, values of an example], `targets` [1, classes], which is 1 for the class. Output: `places`
 * [height * width, 1].
 */
export function gradCamGraph(spec: PassSpec, weights: Weights): Uint8Array {
  const graph = new GraphBuilder();
  const constants = new Map(
    weightsOf(spec.steps).map((weight) => {
      const values = new Float32Array(elements(weight.shape));
      toStored(weight, weights, values);
      return [weight.name, graph.constant(values, weight.shape)];
    }),
  );
  const weight: Context['weight'] = (name) => constants.get(name) as string;
  const context: Context = { graph, batch: 1, training: false, weight, given: inputOf(graph) };
  const { values, records } = forward(context, spec);
  const targets = context.given('targets', 'float32', [1, spec.classes]);
  const gradient = backward(context, spec, records, targets, true).input as string;
  const channels = graph.node('ReduceMean', [gradient, graph.ints([0])], { keepdims: 1 });
  const sums = graph.node('Gemm', [values.get(spec.input.name) as string, channels], { transB: 1 });
  graph.output(graph.node('Relu', [sums]), 'places', 'float32', [places(spec.input.shape), 1]);
  return graph.prune().encode();
}

function contextOf(graph: GraphBuilder, spec: GraphSpec, rows: number, training: boolean): Context {
  const declared = new Map(
    [...weightsOf(spec.steps), ...statisticsOf(spec.steps)].map(
      ({ name, shape }) => [name, graph.input(name, 'float32', shape)] as const,
    ),
  );
  return {
    graph,
    batch: rows,
    training,
    weight: (name) => declared.get(name) as string,
    given: inputOf(graph),
  };
}

/** Declares values of the batch as inputs of the graph itself. */
function inputOf(graph: GraphBuilder): Context['given'] {
  return (name, type, shape) => graph.input(name, type, shape);
}

/** A piece of a weight or of one of its moments. */
interface StateValue {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Everything that a step changes, in a fixed order. */
function stateOf(spec: GraphSpec): readonly StateValue[] {
  const pieces = weightsOf(spec.steps).flatMap(({ name, shape }) => piecesOf(name, shape));
  return pieces.flatMap((piece) => SLOTS.map((slot) => ({ name: piece[slot], shape: piece.shape })));
}

/** Declares the state as inputs of a graph. @returns the graph's values by name, in the same order. */
function declare(graph: GraphBuilder, state: readonly StateValue[]): ReadonlyMap<string, string> {
  return new Map(state.map(({ name, shape }) => [name, graph.input(name, 'float32', shape)]));
}

/** Makes the new state outputs of a graph. @param values by name. */
function release(graph: GraphBuilder, state: readonly StateValue[], values: ReadonlyMap<string, string>): void {
  for (const { name, shape } of state) graph.output(values.get(name) as string, next(name), 'float32', shape);
}

/** The results of a pass: its loss, its probabilities, and the gradient of every stored weight, in pieces. */
interface Pass {
  readonly loss: string;
  readonly probabilities: string;
  readonly gradients: ReadonlyMap<string, readonly string[]>;
  /** Statistics after the pass, by name. */
  readonly statistics: ReadonlyMap<string, string>;
}

function pass(context: Context, spec: GraphSpec): Pass {
  const { graph, batch, given } = context;
  const { values, records } = forward(context, spec);
  const targets = given('targets', 'float32', [batch, spec.classes]);
  const rowWeights = given('row_weights', 'float32', [batch, 1]);
  const logits = values.get(spec.steps.at(-1)?.outputs[0] as string) as string;
  const { loss, probabilities, dlogits } = writeCrossEntropy(graph, logits, targets, rowWeights);
  const statistics = new Map(records.flatMap((recorded) => [...(recorded.statistics ?? [])]));
  return { loss, probabilities, gradients: backward(context, spec, records, dlogits).weights, statistics };
}

function forward(
  context: Context,
  { steps, input, mixes }: PassSpec,
): { values: ReadonlyMap<string, string>; records: readonly Recorded[] } {
  const { graph, batch } = context;
  const rows = context.given('features', input.type, [batch, valuesOf(input.shape)]);
  const floats = input.type === 'float16' ? graph.node('Cast', [rows], { to: 1 }) : rows;
  const features = mixes && context.training ? writeMix(context, floats) : floats;
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

/** Writes the backward pass. @param intoInput whether the gradient with respect to the input is needed. */
function backward(
  context: Context,
  { steps, input }: PassSpec,
  records: readonly Recorded[],
  dlogits: string,
  intoInput = false,
): { weights: ReadonlyMap<string, readonly string[]>; input: string | null } {
  const { graph } = context;
  const learns = new Set<string>(intoInput ? [input.name] : []);
  for (const { operator, inputs, outputs } of steps) {
    if (operator.weights.length > 0 || inputs.some((name) => learns.has(name))) {
      for (const name of outputs) learns.add(name);
    }
  }
  const reaching = new Map<string, string[]>([[steps.at(-1)?.outputs[0] as string, [dlogits]]]);
  const total = (name: string): string => {
    const terms = reaching.get(name) as string[];
    return terms.length === 1 ? (terms[0] as string) : graph.node('Sum', terms);
  };
  const gradients = new Map<string, readonly string[]>();
  for (const [i, { operator, inputs, outputs }] of [...steps.entries()].reverse()) {
    const needed = inputs.map((name) => learns.has(name));
    if (operator.weights.length === 0 && !needed.includes(true)) continue;
    const { dxs, weights } = (records[i] as Recorded).backward(outputs.map(total), needed);
    for (const [name, pieces] of weights) gradients.set(name, pieces);
    for (const [j, name] of inputs.entries()) {
      const dx = dxs[j];
      if (!needed[j] || dx === undefined) continue;
      reaching.set(name, [...(reaching.get(name) ?? []), dx]);
    }
  }
  return { weights: gradients, input: intoInput ? total(input.name) : null };
}
