import * as ort from 'onnxruntime-node';
import { type Batch, type Features, newFeatures, type StepResult } from '../../engine.js';
import { maskInput } from './dropout.js';
import { featureTensor } from './feature-tensor.js';
import type { GraphSpec } from './graph-spec.js';
import { OWN, PARTNERS } from './mix.js';
import { valuesOf } from './operator.js';

/**
 * Inputs and outputs of the graph for one or more passes. Every pass has the same number of rows: a smaller batch is padded
 * with its own examples, of weight 0.
 */
export class PassFeeds {
  readonly #features: Features;
  readonly #targets: Float32Array;
  readonly #rowWeights: Float32Array;
  /** By dropout layer: its number of units, and its factors; 1 drops nothing. */
  readonly #masks: ReadonlyMap<string, { readonly units: number; readonly factors: Float32Array }>;
  /** By row: its partner; by default the row itself. */
  readonly #partners: BigInt64Array;
  readonly #own: Float32Array;
  readonly #counts: number[];
  readonly #values: number;

  constructor(
    private readonly graph: GraphSpec,
    private readonly rows: number,
    passes: number,
  ) {
    const { input, classes, dropouts } = graph;
    this.#values = valuesOf(input.shape);
    const all = passes * rows;
    this.#features = newFeatures(input.type, all * this.#values);
    this.#targets = new Float32Array(all * classes);
    this.#rowWeights = new Float32Array(all);
    this.#partners = BigInt64Array.from({ length: all }, (_, row) => BigInt(row % rows));
    this.#own = new Float32Array(passes).fill(1);
    this.#counts = Array(passes).fill(0);
    this.#masks = new Map(
      Array.from(dropouts, ([name, units]) => [name, { units, factors: new Float32Array(all * units).fill(1) }]),
    );
  }

  /** Sets the inputs of a pass. @param count examples of the whole batch: the loss is a mean over all of them. */
  set(pass: number, batch: Batch, count: number): void {
    const row = pass * this.rows;
    this.#features.set(batch.features, row * this.#values);
    this.#targets.set(batch.targets, row * this.graph.classes);
    for (let i = 0; i < batch.count; i++) this.#rowWeights[row + i] = (batch.weights?.[i] ?? 1) / count;
    this.#counts[pass] = batch.count;
    this.#repeat(row, batch.count);
    for (const [name, mask] of batch.masks) {
      const { units, factors } = this.#masks.get(name) as { units: number; factors: Float32Array };
      factors.set(mask, row * units);
    }
    if (!batch.mix) return;
    this.#partners.set(BigInt64Array.from(batch.mix.partners, BigInt), row);
    this.#own[pass] = batch.mix.own;
  }

  /** Fills the rows after a smaller batch with its examples again, so that statistics of all rows are theirs. */
  #repeat(row: number, count: number): void {
    const values = this.#values;
    for (let i = count; i < this.rows; i++) {
      const from = (row + (i % count)) * values;
      this.#features.copyWithin((row + i) * values, from, from + values);
    }
  }

  /** The inputs as tensors. @param leading dimensions before those of a pass. */
  tensors(leading: readonly number[]): Record<string, ort.Tensor> {
    const { input, classes, mixes } = this.graph;
    const shaped = (...dims: number[]): number[] => [...leading, this.rows, ...dims];
    const masks = [...this.#masks].map(
      ([name, { units, factors }]) => [maskInput(name), new ort.Tensor('float32', factors, shaped(units))] as const,
    );
    const mix = {
      [PARTNERS]: new ort.Tensor('int64', this.#partners, shaped()),
      [OWN]: new ort.Tensor('float32', this.#own, leading),
    };
    return {
      features: featureTensor(input.type, this.#features, shaped(this.#values)),
      targets: new ort.Tensor('float32', this.#targets, shaped(classes)),
      row_weights: new ort.Tensor('float32', this.#rowWeights, shaped(1)),
      ...Object.fromEntries(masks),
      ...(mixes ? mix : {}),
    };
  }

  /** Results by pass. @param outputs `loss` by pass, `probabilities` by pass and row. */
  results(outputs: Readonly<Record<string, ort.Tensor>>): StepResult[] {
    const losses = outputs.loss?.data as Float32Array;
    const probabilities = outputs.probabilities?.data as Float32Array;
    return this.#counts.map((count, pass) => {
      let correct = 0;
      for (let row = pass * this.rows; row < pass * this.rows + count; row++) {
        if (this.#best(probabilities, row) === this.#best(this.#targets, row)) correct += 1;
      }
      return { loss: losses[pass] as number, correct };
    });
  }

  /** Index of the largest value of a row; the first one on a tie. */
  #best(values: Float32Array, row: number): number {
    const { classes } = this.graph;
    let best = 0;
    for (let i = 1; i < classes; i++) {
      if (values[row * classes + i]! > values[row * classes + best]!) best = i;
    }
    return best;
  }
}
