import * as ort from 'onnxruntime-node';
import type { DenseLayer, Layer } from '../../../network/layers.js';
import type { Weights } from '../../../network/tensor.js';
import { adamStepSize } from '../../adam.js';
import type { Features, Step, StepResult, Trainer, TrainerSpec, TrainerState } from '../../engine.js';
import { predictionRows } from '../../pass-size.js';
import { createSession, type SessionOptions } from '../session.js';
import { featureTensor } from './feature-tensor.js';
import { type GraphSpec } from './graph-spec.js';
import { type PlannedOperator, valuesOf } from './operator.js';
import { PassFeeds } from './pass-feeds.js';
import { passSizeOf } from './pass-size.js';
import type { Slot } from './pieces.js';
import { plan, statisticsOf, weightsOf } from './plan.js';
import { fromStored, type Part, perColumn, type StoredWeight } from './stored-weight.js';
import { accumulationGraph, predictionGraph, stepsGraph, updateGraph } from './training-graph.js';
import { TrainingMemory } from './training-memory.js';

/**
 * Trains with one graph that takes several steps or, if a batch is too large for one pass, with one graph per pass and
 * another for the update.
 */
export class OnnxTrainer implements Trainer {
  readonly passSize: number;
  readonly stepsPerCall: number;
  readonly #graph: GraphSpec;
  #step: number;
  readonly #memory: TrainingMemory;
  /** Opened on first use. */
  readonly #sessions = new Map<string, Promise<ort.InferenceSession>>();

  /** @param passBytes most bytes of activations per pass. */
  constructor(
    private readonly spec: TrainerSpec,
    private readonly session: SessionOptions,
    passBytes?: number,
  ) {
    const { layers, input, start, batchSize } = spec;
    const steps = plan(layers, input.name, input.shape, { norms: spec.norms });
    const [weights, statistics] = [weightsOf(steps), statisticsOf(steps)];
    this.#graph = {
      steps,
      input,
      classes: (layers.at(-1) as DenseLayer).units,
      dropouts: dropoutUnits(layers, steps),
      decays: spec.weightDecay > 0,
      mixes: spec.mixes,
      folded: columnsOf(steps, ({ name }, channel) => spec.folded.get(name)?.[channel]),
      rates: columnsOf(steps, ({ name }) => spec.rates.get(name)),
    };
    checkStart([...weights, ...statistics], start.weights);
    const { passSize, stepsPerCall } = passSizeOf(steps, batchSize, passBytes);
    this.passSize = passSize;
    this.stepsPerCall = stepsPerCall;
    this.#step = start.step;
    this.#memory = new TrainingMemory(weights, statistics, start);
  }

  async take(steps: readonly Step[]): Promise<readonly StepResult[]> {
    const results: StepResult[] = [];
    if (this.passSize < this.spec.batchSize) {
      for (const step of steps) results.push(await this.#accumulate(step));
    } else {
      for (let from = 0; from < steps.length; from += this.stepsPerCall) {
        results.push(...(await this.#loop(steps.slice(from, from + this.stepsPerCall))));
      }
    }
    return results;
  }

  async predict(features: Features, n: number): Promise<Float32Array> {
    const { classes, input } = this.#graph;
    const values = features.length / n;
    const rows = this.#predictionRows;
    const session = await this.#session('predict');
    const probabilities = new Float32Array(n * classes);
    for (let from = 0; from < n; from += rows) {
      const count = Math.min(rows, n - from);
      const part = padded(features.subarray(from * values, (from + count) * values), rows * values);
      const feeds = {
        ...this.#memory.weights,
        ...this.#memory.statistics,
        features: featureTensor(input.type, part, [rows, values]),
      };
      const result = (await session.run(feeds)).probabilities as ort.Tensor;
      probabilities.set((result.data as Float32Array).subarray(0, count * classes), from * classes);
    }
    return probabilities;
  }

  state(): TrainerState {
    const weights = weightsOf(this.#graph.steps);
    const take = (slot: Slot, rest?: Weights): Weights =>
      new Map(weights.flatMap((weight) => fromStored(weight, this.#memory.values(weight.name, slot), rest)));
    const statistics = statisticsOf(this.#graph.steps).flatMap((statistic) =>
      fromStored(statistic, this.#memory.statistic(statistic.name)),
    );
    return {
      step: this.#step,
      weights: new Map([...take('weight', this.spec.start.weights), ...statistics]),
      firstMoments: take('first'),
      secondMoments: take('second'),
    };
  }

  async dispose(): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).release();
  }

  /** Takes steps of one pass each, in one call. */
  async #loop(steps: readonly Step[]): Promise<StepResult[]> {
    const feeds = new PassFeeds(this.#graph, this.passSize, steps.length);
    for (const [i, { passes, count }] of steps.entries()) {
      for await (const pass of passes) feeds.set(i, pass, count);
    }
    const session = await this.#session('steps');
    const inputs = {
      ...this.#memory.pieces,
      ...this.#memory.statistics,
      ...feeds.tensors([steps.length]),
      count: new ort.Tensor('int64', BigInt64Array.of(BigInt(steps.length)), []),
      ...this.#factors(steps, [steps.length]),
    };
    const { nextPieces, nextStatistics } = this.#memory;
    const outputs = await session.run(inputs, { ...nextPieces, ...nextStatistics, loss: null, probabilities: null });
    this.#step += steps.length;
    return feeds.results(outputs);
  }

  /** Takes a step of several passes. */
  async #accumulate(step: Step): Promise<StepResult> {
    const { passes, count } = step;
    const memory = this.#memory;
    let loss = 0;
    let correct = 0;
    const session = await this.#session('accumulate');
    for await (const pass of passes) {
      const feeds = new PassFeeds(this.#graph, this.passSize, 1);
      feeds.set(0, pass, count);
      const inputs = { ...memory.weights, ...memory.statistics, ...memory.sums, ...feeds.tensors([]) };
      const results = { ...memory.nextSums, ...memory.nextStatistics, loss: null, probabilities: null };
      const outputs = await session.run(inputs, results);
      const [result] = feeds.results(outputs) as [StepResult];
      loss += result.loss;
      correct += result.correct;
    }
    const update = await this.#session('update');
    await update.run({ ...memory.pieces, ...memory.sums, ...this.#factors([step], []) }, memory.nextPieces);
    memory.clearSums();
    this.#step += 1;
    return { loss, correct };
  }

  /** Inputs of Adam's updates for the next steps. @param dims [steps], or [] for a single step. */
  #factors(steps: readonly Step[], dims: readonly number[]): Record<string, ort.Tensor> {
    const { weightDecay } = this.spec;
    const tensor = (factor: (step: Step, i: number) => number): ort.Tensor =>
      new ort.Tensor('float32', Float32Array.from(steps, factor), dims);
    return {
      step_size: tensor(({ learningRate }, i) => adamStepSize(learningRate, this.#step + 1 + i)),
      ...(weightDecay > 0 ? { decay: tensor(({ learningRate }) => learningRate * weightDecay) } : {}),
    };
  }

  get #predictionRows(): number {
    const { shape } = this.spec.input;
    return predictionRows(valuesOf(shape));
  }

  #session(kind: 'steps' | 'accumulate' | 'update' | 'predict'): Promise<ort.InferenceSession> {
    const graphs = {
      steps: () => stepsGraph(this.#graph, this.passSize),
      accumulate: () => accumulationGraph(this.#graph, this.passSize),
      update: () => updateGraph(this.#graph),
      predict: () => predictionGraph(this.#graph, this.#predictionRows),
    };
    const session = this.#sessions.get(kind) ?? createSession(graphs[kind](), this.session);
    this.#sessions.set(kind, session);
    return session;
  }
}

function dropoutUnits(layers: readonly Layer[], steps: readonly PlannedOperator[]): ReadonlyMap<string, number> {
  const names = new Set(layers.filter(({ kind }) => kind === 'dropout').map(({ name }) => name));
  return new Map(
    steps.flatMap(({ operator, outputs: [name] }) =>
      names.has(name as string) ? [[name as string, operator.outputs[0]?.channels as number] as const] : [],
    ),
  );
}

/** Factors of output channels, by stored weight and column; 1 by default. */
function columnsOf(
  steps: readonly PlannedOperator[],
  factorOf: (part: Part, channel: number) => number | undefined,
): ReadonlyMap<string, Float32Array> {
  return new Map(
    weightsOf(steps).map((weight) => [weight.name, perColumn(weight, (...place) => factorOf(...place) ?? 1)]),
  );
}

function checkStart(weights: readonly StoredWeight[], start: Weights): void {
  for (const { name, shape } of weights.flatMap(({ parts }) => parts)) {
    if (start.get(name)?.shape.join() !== shape.join()) {
      throw new Error(`${name} has no start of shape [${shape.join(', ')}]`);
    }
  }
}

/** Pads values with zeros to `size`; returns the array itself if it has that size. */
function padded<T extends Features>(values: T, size: number): T {
  if (values.length === size) return values;
  const result = new (values.constructor as new (length: number) => T)(size);
  result.set(values);
  return result;
}
