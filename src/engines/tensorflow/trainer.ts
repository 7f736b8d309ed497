import { setImmediate } from 'node:timers/promises';
import { type DenseLayer, inferShapes, type Shape } from '../../network/layers.js';
import { f32, type Tensor, type Weights } from '../../network/tensor.js';
import { adamStepSize } from '../adam.js';
import type { Features, Step, StepResult, Trainer, TrainerSpec, TrainerState } from '../engine.js';
import { evenPasses, PASS_BYTES, predictionRows } from '../pass-size.js';
import { fromVariable, learnedWeights, toVariable } from './learned-weights.js';
import type { Library } from './library.js';
import { passFeeds } from './pass-feeds.js';
import { type Fed, GraphSession } from './session.js';
import { FEATURES, type TrainingGraphSpec, trainingGraph } from './training-graph.js';
import { firstOf, secondOf } from './updates.js';

/** Copies of an activation in memory at once: itself, its gradient, and intermediate values. */
const COPIES = 3;

/** Trains with one call of a graph per step, or per pass if a batch is too large for one. */
export class TensorFlowTrainer implements Trainer {
  /** A call computes on this thread, so messages of the hub are handled between steps. */
  readonly stepsPerCall = 1;
  #step: number;

  private constructor(
    private readonly spec: TrainerSpec,
    private readonly graph: TrainingGraphSpec,
    private readonly session: GraphSession,
  ) {
    this.#step = spec.start.step;
  }

  /** @param passBytes most bytes of activations per pass. @throws Error when the initial state lacks a weight. */
  static async open(library: Library, spec: TrainerSpec, passBytes: number = PASS_BYTES): Promise<TensorFlowTrainer> {
    const graph = graphSpecOf(spec, passBytes);
    const session = await GraphSession.open(library, trainingGraph(graph));
    session.call('load', stateFeeds(graph, spec.start));
    return new TensorFlowTrainer(spec, graph, session);
  }

  /** Examples per pass. */
  get passSize(): number {
    return this.graph.passSize;
  }

  async take(steps: readonly Step[]): Promise<readonly StepResult[]> {
    const results: StepResult[] = [];
    for (const step of steps) {
      results.push(await this.#take(step));
      await setImmediate();
    }
    return results;
  }

  async predict(features: Features, n: number): Promise<Float32Array> {
    const values = features.length / n;
    const rows = predictionRows(values);
    const probabilities = new Float32Array(n * this.#classes);
    for (let from = 0; from < n; from += rows) {
      const part = features.subarray(from * values, Math.min(from + rows, n) * values);
      probabilities.set(
        this.session.call('predict', { [FEATURES]: part }).probabilities as Float32Array,
        from * this.#classes,
      );
    }
    return probabilities;
  }

  state(): TrainerState {
    const saved = this.session.call('save', {}) as Readonly<Record<string, Float32Array>>;
    const { learned, statistics } = this.graph;
    const slot = (variableOf: (name: string) => string, rest?: Weights): [string, Tensor][] =>
      learned.map((weight) => [
        weight.name,
        fromVariable(weight, saved[variableOf(weight.name)] as Float32Array, rest),
      ]);
    const averages = Array.from(statistics, ([name, channels]): [string, Tensor] => [
      name,
      f32([channels], saved[name] as Float32Array),
    ]);
    return {
      step: this.#step,
      weights: new Map([...slot((name) => name, this.spec.start.weights), ...averages]),
      firstMoments: new Map(slot(firstOf)),
      secondMoments: new Map(slot(secondOf)),
    };
  }

  async dispose(): Promise<void> {
    this.session.dispose();
  }

  get #classes(): number {
    return (this.spec.layers.at(-1) as DenseLayer).units;
  }

  async #take(step: Step): Promise<StepResult> {
    const { accumulates } = this.graph;
    const { learningRate, count } = step;
    const factors = {
      stepSize: Float32Array.of(adamStepSize(learningRate, this.#step + 1)),
      learningRate: Float32Array.of(learningRate),
    };
    let loss = 0;
    let correct = 0;
    for await (const pass of step.passes) {
      const feeds = passFeeds(this.graph, pass, count);
      const results = this.session.call(
        accumulates ? 'accumulate' : 'step',
        accumulates ? feeds : { ...feeds, ...factors },
      );
      loss += (results.loss as Float32Array)[0] as number;
      correct += (results.hits as Int32Array).subarray(0, pass.count).reduce((sum, hit) => sum + hit, 0);
    }
    if (accumulates) this.session.call('update', factors);
    this.#step += 1;
    return { loss, correct };
  }
}

function graphSpecOf(spec: TrainerSpec, passBytes: number): TrainingGraphSpec {
  const { layers, input, batchSize, norms = new Map(), start } = spec;
  const shapes = inferShapes(layers, input.shape, input.name);
  const values = layers.map(({ name }) => valuesOf(shapes.get(name) as Shape)).reduce((a, b) => a + b, 0);
  const bytes = COPIES * Float32Array.BYTES_PER_ELEMENT * values;
  const passSize = evenPasses(batchSize, Math.floor(passBytes / bytes));
  const averages = [...norms.keys()].flatMap((layer) => [`${layer}/mean`, `${layer}/variance`]);
  return {
    layers,
    input,
    mixes: spec.mixes,
    norms: spec.norms,
    shapes,
    learned: learnedWeights(spec, shapes),
    statistics: new Map(averages.map((name) => [name, start.weights.get(name)?.data.length as number])),
    dropouts: new Map(
      layers.flatMap(({ kind, name }) => (kind === 'dropout' ? [[name, (shapes.get(name) as Shape).channels]] : [])),
    ),
    passSize,
    accumulates: passSize < batchSize,
  };
}

/** The variables of a state, by name. */
function stateFeeds({ learned, statistics }: TrainingGraphSpec, start: TrainerState): Record<string, Fed> {
  const { weights, firstMoments, secondMoments } = start;
  return Object.fromEntries([
    ...learned.flatMap((weight) => [
      [weight.name, toVariable(weight, weights)],
      [firstOf(weight.name), toVariable(weight, firstMoments)],
      [secondOf(weight.name), toVariable(weight, secondMoments)],
    ]),
    ...Array.from(statistics.keys(), (name) => [name, weights.get(name)?.data as Float32Array]),
  ]);
}

function valuesOf({ height, width, channels }: Shape): number {
  return height * width * channels;
}
