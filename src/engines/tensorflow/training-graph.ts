import type { DenseLayer, Layer, Shape } from '../../network/layers.js';
import { STATISTICS_MOMENTUM } from '../batch-norm.js';
import type { TrainerSpec } from '../engine.js';
import { ANY, type ElementType, GraphBuilder, type Value } from './graph.js';
import type { LearnedWeight } from './learned-weights.js';
import type { Context } from './operators/operator.js';
import { type ForwardContext, writeBackward, writeForward } from './pass.js';
import { firstOf, type StepFactors, secondOf, sumOf, writeAdam } from './updates.js';
import { writeInput } from './values.js';

export interface TrainingGraphSpec extends Pick<TrainerSpec, 'layers' | 'input' | 'mixes' | 'norms'> {
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly learned: readonly LearnedWeight[];
  /** Names of the moving averages of batch normalizations, with their numbers of channels. */
  readonly statistics: ReadonlyMap<string, number>;
  /** Units by dropout layer. */
  readonly dropouts: ReadonlyMap<string, number>;
  readonly passSize: number;
  /** Whether a step may have several passes, whose gradients are added up. */
  readonly accumulates: boolean;
}

/** Names of the inputs of a pass, apart from masks. */
export const FEATURES = 'features';
export const TARGETS = 'targets';
export const ROW_WEIGHTS = 'rowWeights';
export const PARTNERS = 'partners';
export const OWN = 'own';
export const maskOf = (layer: string): string => `mask:${layer}`;

type Values = Map<string, Value>;

/**
 * Writes a trainer as one graph; weights, moments and moving averages are its variables. Signatures:
 * - `load` sets the variables, `save` returns them; their inputs and outputs have the variables' names.
 * - `step` is forward pass, loss, backward pass and Adam's update.
 * - `accumulate` is a step without the update, for batches of several passes; `update` follows the last one.
 * - `predict` is the forward pass alone.
 */
export function trainingGraph(spec: TrainingGraphSpec): GraphBuilder {
  const graph = new GraphBuilder();
  writeLoadAndSave(graph, spec);
  if (spec.accumulates) {
    writeAccumulation(graph, spec);
    writeUpdate(graph, spec);
  } else {
    writeStep(graph, spec);
  }
  writePrediction(graph, spec);
  return graph;
}

/** Names and shapes of everything that a checkpoint holds. */
function variablesOf({ learned, statistics }: TrainingGraphSpec): ReadonlyMap<string, readonly number[]> {
  return new Map([
    ...learned.flatMap(({ name, shape }) => [name, firstOf(name), secondOf(name)].map((of) => [of, shape] as const)),
    ...Array.from(statistics, ([name, channels]) => [name, [channels]] as const),
  ]);
}

function writeLoadAndSave(graph: GraphBuilder, spec: TrainingGraphSpec): void {
  const inputs: Values = new Map();
  const outputs: Values = new Map();
  const loaded: string[] = [];
  for (const [name, shape] of variablesOf(spec)) {
    const variable = graph.variable(name, shape);
    const value = graph.placeholder('float32', shape);
    inputs.set(name, { value, type: 'float32', shape });
    // A variable takes the memory of what it is set to: without a copy, that of the caller's array.
    loaded.push(graph.assign('AssignVariableOp', [variable, graph.floats('DeepCopy', [value])]));
    outputs.set(name, { value: graph.read(variable), type: 'float32', shape });
  }
  if (spec.accumulates) loaded.push(...clearSums(graph, spec));
  const done = graph.after(graph.scalar(1), loaded);
  graph.signature('load', { inputs, outputs: new Map([['done', { value: done, type: 'float32', shape: [] }]]) });
  graph.signature('save', { inputs: new Map(), outputs });
}

/** A pass of training in the graph. */
interface Pass {
  readonly inputs: Values;
  readonly loss: string;
  readonly hits: string;
  readonly gradients: ReadonlyMap<string, string>;
  /** Values of the weights that the pass reads. */
  readonly weights: ReadonlyMap<string, string>;
  /** Nodes that move the averages of statistics. */
  readonly followed: readonly string[];
}

function writePass(graph: GraphBuilder, spec: TrainingGraphSpec): Pass {
  const inputs: Values = new Map();
  const given = (name: string, type: ElementType, shape: readonly number[]): string => {
    const value = graph.placeholder(type, shape);
    inputs.set(name, { value, type, shape });
    return value;
  };
  const followed: string[] = [];
  const weights = readsOf(graph, spec);
  const context = contextOf(graph, spec, weights, {
    rows: spec.passSize,
    mask: (layer) => given(maskOf(layer), 'float32', [ANY, spec.dropouts.get(layer) as number]),
    follow(name, value) {
      const variable = graph.variable(name, [spec.statistics.get(name) as number]);
      const change = graph.floats('Sub', [value, weights.get(name) as string]);
      const step = graph.floats('Mul', [change, graph.scalar(1 - STATISTICS_MOMENTUM)]);
      followed.push(graph.assign('AssignAddVariableOp', [variable, step]));
    },
  });
  const features = writeFeatures(graph, spec, inputs);
  const mixed = spec.mixes ? writeMix(graph, features, given) : features;
  const forward = writeForward(context, spec.layers, new Map([[spec.input.name, mixed]]));
  const logits = logitsOf(forward.values, spec.layers);
  const targets = given(TARGETS, 'float32', [ANY, classesOf(spec)]);
  const rowWeights = given(ROW_WEIGHTS, 'float32', [ANY]);
  const losses = graph.floats('SoftmaxCrossEntropyWithLogits', [logits, targets]);
  const loss = graph.floats('Sum', [graph.floats('Mul', [losses, rowWeights]), graph.ints(0)]);
  const column = graph.floats('Reshape', [rowWeights, graph.ints(ANY, 1)]);
  const dlogits = graph.floats('Mul', [`${losses}:1`, column]);
  const best = (values: string): string =>
    graph.floats('ArgMax', [values, graph.int(1)], { output_type: { type: 'int32' } });
  const same = graph.node('Equal', [best(logits), best(targets)], { T: { type: 'int32' } });
  const hits = graph.node('Cast', [same], { SrcT: { type: 'bool' }, DstT: { type: 'int32' } });
  return { inputs, loss, hits, gradients: writeBackward(context, forward, dlogits), weights, followed };
}

function writeStep(graph: GraphBuilder, spec: TrainingGraphSpec): void {
  const { inputs, loss, hits, gradients, weights, followed } = writePass(graph, spec);
  const factors = writeFactors(graph, inputs);
  const updates = spec.learned.flatMap((weight) => {
    const values = [weights.get(weight.name), gradients.get(weight.name)] as [string, string];
    return writeAdam(graph, weight, values, factors);
  });
  graph.signature('step', { inputs, outputs: resultsOf(graph, loss, hits, [...updates, ...followed]) });
}

function writeAccumulation(graph: GraphBuilder, spec: TrainingGraphSpec): void {
  const { inputs, loss, hits, gradients, followed } = writePass(graph, spec);
  const sums = spec.learned.map(({ name, shape }) =>
    graph.assign('AssignAddVariableOp', [graph.variable(sumOf(name), shape), gradients.get(name) as string]),
  );
  graph.signature('accumulate', { inputs, outputs: resultsOf(graph, loss, hits, [...sums, ...followed]) });
}

function writeUpdate(graph: GraphBuilder, spec: TrainingGraphSpec): void {
  const inputs: Values = new Map();
  const factors = writeFactors(graph, inputs);
  const updates = spec.learned.flatMap((weight) => {
    const read = (name: string): string => graph.read(graph.variable(name, weight.shape));
    return writeAdam(graph, weight, [read(weight.name), read(sumOf(weight.name))], factors);
  });
  const cleared = clearSums(graph, spec, updates);
  const done = graph.after(graph.scalar(1), cleared);
  graph.signature('update', { inputs, outputs: new Map([['done', { value: done, type: 'float32', shape: [] }]]) });
}

function writePrediction(graph: GraphBuilder, spec: TrainingGraphSpec): void {
  const inputs: Values = new Map();
  const context = contextOf(graph, spec, readsOf(graph, spec), null);
  const features = writeFeatures(graph, spec, inputs);
  const { values } = writeForward(context, spec.layers, new Map([[spec.input.name, features]]));
  const value = graph.floats('Softmax', [logitsOf(values, spec.layers)]);
  const outputs: Values = new Map([['probabilities', { value, type: 'float32', shape: [ANY, classesOf(spec)] }]]);
  graph.signature('predict', { inputs, outputs });
}

function contextOf(
  graph: GraphBuilder,
  { shapes, norms }: TrainingGraphSpec,
  weights: ReadonlyMap<string, string>,
  training: Context['training'],
): ForwardContext {
  return {
    graph,
    weight: (name) => weights.get(name) as string,
    shapeOf: (name) => shapes.get(name) as Shape,
    norms,
    training,
  };
}

/** The values of weights and statistics. */
function readsOf(graph: GraphBuilder, { learned, statistics }: TrainingGraphSpec): ReadonlyMap<string, string> {
  const shapes = [
    ...learned.map(({ name, shape }) => [name, shape] as const),
    ...Array.from(statistics, ([name, channels]) => [name, [channels]] as const),
  ];
  return new Map(shapes.map(([name, shape]) => [name, graph.read(graph.variable(name, shape))]));
}

function writeFeatures(graph: GraphBuilder, { input, layers }: TrainingGraphSpec, inputs: Values): string {
  const { height, width, channels } = input.shape;
  const pooled = (layers[0] as Layer).kind === 'dense';
  const { floats, fed } = writeInput(graph, input.type, pooled ? [ANY, channels] : [ANY, height, width, channels]);
  inputs.set(FEATURES, fed);
  return floats;
}

/** Mixup: partner + own * (x - partner), which leaves an example that is its own partner exactly unchanged. */
function writeMix(
  graph: GraphBuilder,
  features: string,
  given: (name: string, type: ElementType, shape: readonly number[]) => string,
): string {
  const partners = graph.node('GatherV2', [features, given(PARTNERS, 'int32', [ANY]), graph.int(0)], {
    Tparams: { type: 'float32' },
    Tindices: { type: 'int32' },
    Taxis: { type: 'int32' },
  });
  const difference = graph.floats('Sub', [features, partners]);
  return graph.floats('AddV2', [partners, graph.floats('Mul', [difference, given(OWN, 'float32', [])])]);
}

function writeFactors(graph: GraphBuilder, inputs: Values): StepFactors {
  const factor = (name: string): string => {
    const value = graph.placeholder('float32', []);
    inputs.set(name, { value, type: 'float32', shape: [] });
    return value;
  };
  return { stepSize: factor('stepSize'), learningRate: factor('learningRate') };
}

function clearSums(
  graph: GraphBuilder,
  { learned }: TrainingGraphSpec,
  after: readonly string[] = [],
): readonly string[] {
  return learned.map(({ name, shape }) => {
    const zeros = graph.floats('Fill', [graph.ints(...shape), graph.scalar(0)]);
    return graph.assign('AssignVariableOp', [graph.variable(sumOf(name), shape), zeros], after);
  });
}

/** Loss and hits of a pass, once its changes are made. */
function resultsOf(graph: GraphBuilder, loss: string, hits: string, nodes: readonly string[]): Values {
  return new Map([
    ['loss', { value: graph.after(loss, nodes), type: 'float32', shape: [] }],
    ['hits', { value: hits, type: 'int32', shape: [ANY] }],
  ]);
}

function logitsOf(values: ReadonlyMap<string, string>, layers: readonly Layer[]): string {
  return values.get((layers.at(-1) as Layer).name) as string;
}

function classesOf({ layers }: TrainingGraphSpec): number {
  return (layers.at(-1) as DenseLayer).units;
}
