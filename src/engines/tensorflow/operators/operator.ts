import type { Normalization } from '../../../network/folded-weights.js';
import type { Shape } from '../../../network/layers.js';
import type { GraphBuilder } from '../graph.js';

/** What operators read besides their inputs. */
export interface Context {
  readonly graph: GraphBuilder;
  /**
   * `layer/kernel`, in the form of `kernel-taps.ts`, and `layer/bias`, the batch normalization of convolutions folded in;
   * `layer/scale` and `layer/offset` of the head's own; the moving averages `layer/mean` and `layer/variance`.
   */
  weight(name: string): string;
  /** Shape of a layer's output, or of the input of the first layers. */
  shapeOf(name: string): Shape;
  /** Average poolings that are computed after the convolutions that read them, with their inputs. */
  readonly swappedPools: ReadonlyMap<string, string>;
  /** By convolution: epsilon and gain, if it normalizes by the statistics of the batch. */
  readonly norms?: ReadonlyMap<string, Normalization> | undefined;
  /** What a training pass has in addition; null while the network predicts. */
  readonly training: TrainingContext | null;
}

interface TrainingContext {
  /** Examples of a pass with batch normalizations, which is never smaller. */
  readonly rows: number;
  /** Factors of a dropout layer, [n, units]. */
  mask(layer: string): string;
  /** Takes the mean or variance of the batch, `layer/mean` or `layer/variance`, into its moving average. */
  follow(statistic: string, value: string): void;
}

/** An operator in the graph: its output and its vector-Jacobian product. */
export interface Recorded {
  readonly output: string;
  /**
   * Writes the backward pass.
   * @param dy gradient of the loss with respect to the output.
   * @param needed by input: whether its gradient is needed; the others may be left out.
   */
  backward(dy: string, needed: readonly boolean[]): Gradients;
}

interface Gradients {
  /** Gradients by input. */
  readonly dxs: readonly (string | undefined)[];
  /** Gradients by weight. */
  readonly weights: ReadonlyMap<string, string>;
}

export const NO_WEIGHTS: ReadonlyMap<string, string> = new Map();

/** An operator of one input without weights. */
export function simple(output: string, dx: (dy: string) => string): Recorded {
  return { output, backward: (dy) => ({ dxs: [dx(dy)], weights: NO_WEIGHTS }) };
}

/** Operators one after the other. */
export function chain(first: Recorded, ...rest: readonly ((x: string) => Recorded)[]): Recorded {
  return rest.reduce((before, write) => {
    const last = write(before.output);
    if (last.output === before.output) return before; // an identity
    return {
      output: last.output,
      backward(dy, needed) {
        const { dxs, weights } = last.backward(dy, [true]);
        const above = before.backward(dxs[0] as string, needed);
        return { dxs: above.dxs, weights: new Map([...above.weights, ...weights]) };
      },
    };
  }, first);
}

/** Adds a value per channel. @param name of the weight. */
export function addBias({ graph, weight }: Context, name: string, x: string): Recorded {
  return {
    output: graph.floats('BiasAdd', [x, weight(name)]),
    backward: (dy) => ({ dxs: [dy], weights: new Map([[name, graph.floats('BiasAddGrad', [dy])]]) }),
  };
}
