import type { ConvLayer, Shape } from '../../../network/layers.js';
import { type Context, inPieces, type Operator, places } from './operator.js';
import { storedBias, storedKernel } from './stored-weight.js';

/**
 * A 1x1 convolution of columns: y = Wᵀ·x + b. dW = x·dyᵀ, db = the sum of dy over columns, dx = W·dy.
 */
export function pointwise(layer: ConvLayer, input: Shape): Operator {
  const { inChannels, filters } = layer;
  const kernel = storedKernel(layer, [inChannels, filters], [0], (_, channel) => channel);
  const bias = storedBias(layer);
  return {
    outputs: [{ ...input, channels: filters }],
    weights: [kernel, bias],
    forward(context, [x]) {
      const { graph } = context;
      const w = context.weight(kernel.name);
      const start = graph.node('Reshape', [context.weight(bias.name), graph.ints([filters, 1])]);
      return {
        outputs: [graph.node('Gemm', [w, x as string, start], { transA: 1 })],
        backward([dy], [needed]) {
          const dKernel = graph.node('Gemm', [x as string, dy as string], { transB: 1 });
          const weights = new Map([
            [kernel.name, inPieces(context, dKernel, kernel.shape)],
            [bias.name, columnSums(context, dy as string, context.batch * places(input), filters)],
          ]);
          return { dxs: [needed ? graph.node('Gemm', [w, dy as string]) : undefined], weights };
        },
      };
    },
  };
}

/** The gradient of a bias: sums over columns, as a product with ones. @param dy [channels, columns]. */
export function columnSums({ graph }: Context, dy: string, columns: number, channels: number): readonly string[] {
  const ones = graph.constant(new Float32Array(columns).fill(1), [columns, 1]);
  return [graph.node('Reshape', [graph.node('MatMul', [dy, ones]), graph.ints([channels])])];
}
