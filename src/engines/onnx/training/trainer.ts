import * as ort from 'onnxruntime-node';
import type { DenseLayer } from '../../../network/layers.js';
import type { Weights } from '../../../network/tensor.js';
import type { Batch, Features, StepResult, Trainer, TrainerSpec, TrainerState } from '../../engine.js';
import { createSession } from '../session.js';
import { adamStepSize } from './adam.js';
import { maskInput } from './dropout.js';
import { places } from './operator.js';
import type { Slot } from './pieces.js';
import { plan, type Step } from './plan.js';
import { fromStored, perColumn, type StoredWeight } from './stored-weight.js';
import { type GraphSpec, predictionGraph, trainingGraph, updateGraph, weightsOf } from './training-graph.js';
import { TrainingMemory } from './training-memory.js';

/** Activations of one pass at most, in bytes: what is over this goes in several passes. */
const PASS_BYTES = 640e6;
/** Copies of an activation that live at once: itself, its gradient, and what windows gather of it. */
const COPIES = 3;
/** Values that come in per prediction at most: bounds memory. */
const PREDICTION_VALUES = 1 << 20;

/** Trains by running one graph per step, or one per pass and one behind them where a batch is too large for one pass. */
export class OnnxTrainer implements Trainer {
  readonly passSize: number;
  readonly #graph: GraphSpec;
  #step: number;
  readonly #memory: TrainingMemory;
  /** Opened when they are first needed. */
  readonly #sessions = new Map<string, Promise<ort.InferenceSession>>();

  /** @param passBytes of activations that a pass may take. */
  constructor(
    private readonly spec: TrainerSpec,
    private readonly threads: number,
    passBytes: number = PASS_BYTES,
  ) {
    const { layers, input, start, batchSize } = spec;
    const steps = plan(layers, input.name, input.shape);
    this.#graph = {
      steps,
      input,
      classes: (layers.at(-1) as DenseLayer).units,
      folded: foldedColumns(steps, spec.folded),
    };
    checkStart(weightsOf(steps), start.weights);
    const fitting = Math.max(1, Math.floor(passBytes / bytesPerExample(steps)));
    this.passSize = Math.ceil(batchSize / Math.ceil(batchSize / fitting));
    this.#step = start.step;
    this.#memory = new TrainingMemory(weightsOf(steps), start);
  }

  async step(passes: AsyncIterable<Batch> | Iterable<Batch>, count: number, learningRate: number): Promise<StepResult> {
    const step_size = scalar(adamStepSize(learningRate, this.#step + 1));
    const whole = this.passSize === this.spec.batchSize;
    const memory = this.#memory;
    let loss = 0;
    let correct = 0;
    for await (const pass of passes) {
      const result = whole
        ? await this.#pass('step', pass, count, { ...memory.weights, ...memory.pieces, step_size }, memory.nextPieces)
        : await this.#pass('accumulate', pass, count, { ...memory.weights, ...memory.sums }, memory.nextSums);
      loss += result.loss;
      correct += result.correct;
    }
    if (!whole) {
      const update = await this.#session('update');
      await update.run({ ...memory.pieces, ...memory.sums, step_size }, memory.nextPieces);
      memory.clearSums();
    }
    this.#step += 1;
    return { loss, correct };
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
      const feeds = { ...this.#memory.weights, features: new ort.Tensor(input.type, part, [rows, values]) };
      const result = (await session.run(feeds)).probabilities as ort.Tensor;
      probabilities.set((result.data as Float32Array).subarray(0, count * classes), from * classes);
    }
    return probabilities;
  }

  state(): TrainerState {
    const weights = weightsOf(this.#graph.steps);
    const take = (slot: Slot, rest?: Weights): Weights =>
      new Map(weights.flatMap((weight) => fromStored(weight, this.#memory.values(weight.name, slot), rest)));
    return {
      step: this.#step,
      weights: take('weight', this.spec.start.weights),
      firstMoments: take('first'),
      secondMoments: take('second'),
    };
  }

  async dispose(): Promise<void> {
    for (const session of this.#sessions.values()) await (await session).release();
  }

  get #predictionRows(): number {
    const { shape } = this.spec.input;
    return Math.max(1, Math.min(512, Math.floor(PREDICTION_VALUES / (places(shape) * shape.channels))));
  }

  #session(kind: 'step' | 'accumulate' | 'update' | 'predict'): Promise<ort.InferenceSession> {
    const open = (): Uint8Array => {
      if (kind === 'update') return updateGraph(this.#graph);
      if (kind === 'predict') return predictionGraph(this.#graph, this.#predictionRows);
      return trainingGraph(this.#graph, this.passSize, kind);
    };
    const session = this.#sessions.get(kind) ?? createSession(open(), { threads: this.threads });
    this.#sessions.set(kind, session);
    return session;
  }

  /** @param count examples of the whole batch: the loss is a mean over them. */
  async #pass(
    kind: 'step' | 'accumulate',
    pass: Batch,
    count: number,
    inputs: Readonly<Record<string, ort.Tensor>>,
    outputs: Readonly<Record<string, ort.Tensor>>,
  ): Promise<StepResult> {
    const { classes, input } = this.#graph;
    const rows = this.passSize;
    const values = pass.features.length / pass.count;
    const rowWeights = new Float32Array(rows).fill(1 / count, 0, pass.count);
    const feeds: Record<string, ort.Tensor> = {
      ...inputs,
      features: new ort.Tensor(input.type, padded(pass.features, rows * values), [rows, values]),
      targets: new ort.Tensor('float32', padded(pass.targets, rows * classes), [rows, classes]),
      row_weights: new ort.Tensor('float32', rowWeights, [rows, 1]),
      ...this.#masks(pass),
    };
    const session = await this.#session(kind);
    const result = await session.run(feeds, { ...outputs, loss: null, probabilities: null });
    const probabilities = (result.probabilities as ort.Tensor).data as Float32Array;
    const loss = ((result.loss as ort.Tensor).data as Float32Array)[0] as number;
    return { loss, correct: countCorrect(probabilities, pass.targets, pass.count, classes) };
  }

  #masks({ masks }: Batch): Record<string, ort.Tensor> {
    const rows = this.passSize;
    const dropouts = this.#graph.steps.filter(({ outputs }) =>
      this.spec.layers.some((layer) => layer.kind === 'dropout' && layer.name === outputs[0]),
    );
    return Object.fromEntries(
      dropouts.map(({ operator, outputs: [name] }) => {
        const units = operator.outputs[0]?.channels as number;
        const mask = masks.get(name as string);
        const factors = mask ? padded(mask, rows * units) : new Float32Array(rows * units).fill(1);
        return [maskInput(name as string), new ort.Tensor('float32', factors, [rows, units])];
      }),
    );
  }
}

/** The factors that are folded into each stored weight, by column: 1 where there is none. */
function foldedColumns(
  steps: readonly Step[],
  folded: ReadonlyMap<string, Float32Array>,
): ReadonlyMap<string, Float32Array> {
  return new Map(
    weightsOf(steps).map((weight) => [
      weight.name,
      perColumn(weight, ({ name }, channel) => folded.get(name)?.[channel] ?? 1),
    ]),
  );
}

function checkStart(weights: readonly StoredWeight[], start: Weights): void {
  for (const { name, shape } of weights.flatMap(({ parts }) => parts)) {
    if (start.get(name)?.shape.join() !== shape.join()) {
      throw new Error(`${name} has no start of shape [${shape.join(', ')}]`);
    }
  }
}

function bytesPerExample(steps: readonly Step[]): number {
  const values = steps.flatMap(({ operator }) => operator.outputs.map((shape) => places(shape) * shape.channels));
  return COPIES * Float32Array.BYTES_PER_ELEMENT * values.reduce((a, b) => a + b, 0);
}

function scalar(value: number): ort.Tensor {
  return new ort.Tensor('float32', Float32Array.of(value), []);
}

/** The values, with zeros behind them up to `size`; the array itself when it has that size. */
function padded<T extends Features>(values: T, size: number): T {
  if (values.length === size) return values;
  const result = new (values.constructor as new (length: number) => T)(size);
  result.set(values);
  return result;
}

function countCorrect(probabilities: Float32Array, targets: Float32Array, count: number, classes: number): number {
  let correct = 0;
  for (let row = 0; row < count; row++) {
    if (largest(probabilities, row * classes, classes) === largest(targets, row * classes, classes)) correct += 1;
  }
  return correct;
}

function largest(values: Float32Array, from: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) if (values[from + i]! > values[from + best]!) best = i;
  return best;
}
