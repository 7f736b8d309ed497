import * as ort from 'onnxruntime-node';
import type { DenseLayer, DropoutLayer } from '../../../network/layers.js';
import type { Weights } from '../../../network/tensor.js';
import { elements, f32 } from '../../../network/tensor.js';
import type { Batch, StepResult, Trainer, TrainerSpec, TrainerState } from '../../engine.js';
import { writeLayers } from '../forward.js';
import { GraphBuilder } from '../graph.js';
import { createSession } from '../session.js';
import { adamStepSize } from './adam.js';
import { maskInput } from './dropout.js';
import { next, piecesOf } from './pieces.js';
import { buildTrainingGraph, SLOTS } from './training-graph.js';

/** Weights and moments in flat arrays by weight name: what one step reads or writes. */
type Buffers = ReadonlyMap<string, Readonly<Record<(typeof SLOTS)[number], Float32Array>>>;

type Tensors = Readonly<Record<string, ort.Tensor>>;

/**
 * Trains by running one graph per step. Weights and moments lie in two sets of buffers: a step reads one set and
 * writes the other, then they change places, so that nothing is allocated or copied.
 */
export class OnnxTrainer implements Trainer {
  #step: number;
  #current: Side;
  #spare: Side;

  private constructor(
    private readonly spec: TrainerSpec,
    private readonly session: ort.InferenceSession,
    private readonly shapes: ReadonlyMap<string, readonly number[]>,
    private readonly classes: number,
    private readonly threads: number,
  ) {
    this.#step = spec.start.step;
    this.#current = sideOf(shapes, spec.start);
    this.#spare = sideOf(shapes);
  }

  static async create(spec: TrainerSpec, threads: number): Promise<OnnxTrainer> {
    const classes = (spec.layers.at(-1) as DenseLayer).units;
    const { inFeatures, batchSize } = spec;
    const { model, weights } = buildTrainingGraph(spec.layers, { inFeatures, batchSize, classes });
    for (const [name, shape] of weights) {
      if (spec.start.weights.get(name)?.shape.join() !== shape.join()) {
        throw new Error(`${name} has no start of shape [${shape.join(', ')}]`);
      }
    }
    return new OnnxTrainer(spec, await createSession(model, { threads }), weights, classes, threads);
  }

  async step(batch: Batch, learningRate: number): Promise<StepResult> {
    const { classes, spec } = this;
    const { batchSize, inFeatures } = spec;
    const { count, labels } = batch;
    const onehot = new Float32Array(batchSize * classes);
    for (let row = 0; row < count; row++) onehot[row * classes + labels[row]!] = 1;
    const features = padded(batch.features, count * inFeatures, batchSize * inFeatures);
    const feeds: Record<string, ort.Tensor> = {
      ...this.#current.reads,
      features: new ort.Tensor('float32', features, [batchSize, inFeatures]),
      onehot: new ort.Tensor('float32', onehot, [batchSize, classes]),
      row_weights: new ort.Tensor('float32', new Float32Array(batchSize).fill(1 / count, 0, count), [batchSize, 1]),
      step_size: new ort.Tensor('float32', Float32Array.of(adamStepSize(learningRate, this.#step + 1)), []),
    };
    for (const [layer, units] of this.#dropouts()) {
      const mask = batch.masks.get(layer.name) ?? new Float32Array(count * units).fill(1);
      const rows = padded(mask, count * units, batchSize * units);
      feeds[maskInput(layer.name)] = new ort.Tensor('float32', rows, [batchSize, units]);
    }
    const probabilities = new Float32Array(batchSize * classes);
    const result = await this.session.run(feeds, {
      ...this.#spare.writes,
      loss: null,
      probabilities: new ort.Tensor('float32', probabilities, [batchSize, classes]),
    });
    [this.#current, this.#spare] = [this.#spare, this.#current];
    this.#step += 1;
    const loss = (result.loss as ort.Tensor).data[0] as number;
    return { loss, correct: countCorrect(probabilities, labels, count, classes) };
  }

  /** Builds a plain forward graph of the present weights: used once per evaluation, cheap beside it. */
  async predict(features: Float32Array, n: number): Promise<Float32Array> {
    const { layers, inFeatures } = this.spec;
    const graph = new GraphBuilder();
    const x = graph.input('features', 'float32', ['n', inFeatures]);
    const input = (layers[0] as DenseLayer).inputs[0];
    const shape = { height: 1, width: 1, channels: inFeatures };
    const shapes = new Map([input, ...layers.map((layer) => layer.name)].map((name) => [name, shape]));
    const values = writeLayers(graph, layers, this.state().weights, new Map([[input, x]]), shapes);
    graph.output(values.get((layers.at(-1) as DenseLayer).name) as string, 'probabilities', 'float32', [
      'n',
      this.classes,
    ]);
    const session = await createSession(graph.encode(), { threads: this.threads });
    try {
      const result = await session.run({ features: new ort.Tensor('float32', features, [n, inFeatures]) });
      return (result.probabilities as ort.Tensor).data as Float32Array;
    } finally {
      await session.release();
    }
  }

  state(): TrainerState {
    const take = (slot: (typeof SLOTS)[number]): Weights => {
      const { buffers } = this.#current;
      return new Map([...this.shapes].map(([name, shape]) => [name, f32(shape, buffers.get(name)![slot].slice())]));
    };
    return { step: this.#step, weights: take('weight'), firstMoments: take('first'), secondMoments: take('second') };
  }

  async dispose(): Promise<void> {
    await this.session.release();
  }

  /** Dropout layers, with the units of the dense layer in front of each. */
  #dropouts(): [DropoutLayer, number][] {
    const { layers, inFeatures } = this.spec;
    let units = inFeatures;
    const found: [DropoutLayer, number][] = [];
    for (const layer of layers) {
      if (layer.kind === 'dense') units = layer.units;
      if (layer.kind === 'dropout') found.push([layer, units]);
    }
    return found;
  }
}

/** One set of buffers, and the graph's names for its parts as inputs and as outputs. */
interface Side {
  readonly buffers: Buffers;
  readonly reads: Tensors;
  readonly writes: Tensors;
}

/** A set of buffers holding a state, or zeros. */
function sideOf(shapes: ReadonlyMap<string, readonly number[]>, state?: TrainerState): Side {
  const buffers = new Map<string, Record<(typeof SLOTS)[number], Float32Array>>();
  const reads: Record<string, ort.Tensor> = {};
  const writes: Record<string, ort.Tensor> = {};
  for (const [name, shape] of shapes) {
    const fill = (from?: Weights): Float32Array => {
      const data = from?.get(name)?.data;
      return data ? Float32Array.from(data) : new Float32Array(elements(shape));
    };
    const buffer = {
      weight: fill(state?.weights),
      first: fill(state?.firstMoments),
      second: fill(state?.secondMoments),
    };
    buffers.set(name, buffer);
    reads[name] = new ort.Tensor('float32', buffer.weight, shape);
    for (const piece of piecesOf(name, shape)) {
      for (const slot of SLOTS) {
        const part = buffer[slot].subarray(piece.offset, piece.offset + elements(piece.shape));
        reads[piece[slot]] = new ort.Tensor('float32', part, piece.shape);
        writes[next(piece[slot])] = new ort.Tensor('float32', part, piece.shape);
      }
    }
  }
  return { buffers, reads, writes };
}

/** The first `used` values, with zeros behind them up to `size`; the array itself when it already has that size. */
function padded(values: Float32Array, used: number, size: number): Float32Array {
  if (values.length === size && used === size) return values;
  const result = new Float32Array(size);
  result.set(values.subarray(0, used));
  return result;
}

function countCorrect(probabilities: Float32Array, labels: Int32Array, count: number, classes: number): number {
  let correct = 0;
  for (let row = 0; row < count; row++) {
    const start = row * classes;
    let best = 0;
    for (let c = 1; c < classes; c++) if (probabilities[start + c]! > probabilities[start + best]!) best = c;
    if (best === labels[row]) correct += 1;
  }
  return correct;
}
