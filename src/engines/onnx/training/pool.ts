import type { Shape } from '../../../network/layers.js';
import { gatherPlaces, scatterPlaces } from './gather.js';
import { NO_WEIGHTS, type Operator, places, reshape } from './operator.js';
import { slideWindow } from './windows.js';

/**
 * Maximum pooling, 3x3, stride 2, without padding. The gradient goes to every place with the maximum. After a ReLU that is a
 * single place, or all places are zero and the gradient ends at the ReLU.
 */
export function maxPool(input: Shape): Operator {
  const windows = slideWindow(input, [3, 3], 2, 'valid');
  const { channels } = input;
  const output = { height: windows.height, width: windows.width, channels };
  const from = { places: places(input), channels };
  return {
    outputs: [output],
    weights: [],
    forward(context, [x]) {
      const { graph, batch } = context;
      const rows = batch * places(output);
      const seen = reshape(context, gatherPlaces(context, x as string, from, windows.sees), [rows, 9, channels]);
      const largest = graph.node('ReduceMax', [seen, graph.ints([1])], { keepdims: 1 });
      return {
        outputs: [reshape(context, largest, [rows, channels])],
        backward([dy]) {
          const isLargest = graph.node('Cast', [graph.node('Equal', [seen, largest])], { to: 1 });
          const spread = graph.node('Mul', [isLargest, reshape(context, dy as string, [rows, 1, channels])]);
          const dx = scatterPlaces(context, reshape(context, spread, [rows, 9 * channels]), from, windows.sees);
          return { dxs: [dx], weights: NO_WEIGHTS };
        },
      };
    },
  };
}

/** Most places for which one product with a whole matrix is faster than a product per axis. */
const ONE_MATRIX_PLACES = 16;

/**
 * Average pooling, 3x3, stride 1, padding left out of the count. It is linear: a product with a constant matrix, transposed
 * in the backward pass. It is also separable: the mean over columns of the mean over rows.
 */
export function averagePool(input: Shape): Operator {
  const { height, width, channels } = input;
  const count = places(input);
  return {
    outputs: [input],
    weights: [],
    forward(context, [x]) {
      const { graph, batch } = context;
      if (count === 1) return { outputs: [x as string], backward: (dys) => ({ dxs: dys, weights: NO_WEIGHTS }) };
      const product = (value: string, matrix: Float32Array, size: number, shape: readonly number[]): string =>
        graph.node('MatMul', [graph.constant(matrix, [size, size]), reshape(context, value, shape)]);
      const pool = (value: string, transposed: boolean): string => {
        const along = (size: number): Float32Array => meanMatrix(size, transposed);
        const pooled =
          count <= ONE_MATRIX_PLACES
            ? product(value, kronecker(along(height), along(width)), count, [batch, count, channels])
            : product(product(value, along(height), height, [batch, height, width * channels]), along(width), width, [
                batch * height,
                width,
                channels,
              ]);
        return reshape(context, pooled, [batch * count, channels]);
      };
      return {
        outputs: [pool(x as string, false)],
        backward: ([dy]) => ({ dxs: [pool(dy as string, true)], weights: NO_WEIGHTS }),
      };
    },
  };
}

/** A matrix whose row i averages i and its neighbors. */
function meanMatrix(size: number, transposed: boolean): Float32Array {
  const matrix = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    const [low, high] = [Math.max(0, i - 1), Math.min(size - 1, i + 1)];
    for (let j = low; j <= high; j++) matrix[transposed ? j * size + i : i * size + j] = 1 / (high - low + 1);
  }
  return matrix;
}

function kronecker(a: Float32Array, b: Float32Array): Float32Array {
  const [m, n] = [Math.sqrt(a.length), Math.sqrt(b.length)];
  const size = m * n;
  return Float32Array.from({ length: size * size }, (_, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    return a[Math.floor(row / n) * m + Math.floor(column / n)]! * b[(row % n) * n + (column % n)]!;
  });
}
