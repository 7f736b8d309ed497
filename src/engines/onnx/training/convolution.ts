import type { ConvLayer, Shape } from '../../../network/layers.js';
import { gatherPlaces, scatterPlaces } from './gather.js';
import { biasGradient, type Context, inPieces, type Operator, places, reshape, rowsOf } from './operator.js';
import { type StoredWeight, storedBias, storedKernel } from './stored-weight.js';
import { seenFrom, type Windows } from './windows.js';

/** A convolution on rows: its layer, its windows and its output. */
interface Convolution {
  readonly layer: ConvLayer;
  readonly windows: Windows;
  readonly output: Shape;
  /** Number of taps. */
  readonly taps: number;
}

/** Longest side of a map for which a convolution along one axis is a product with a whole band matrix. */
const BAND_SIDE = 4;

/**
 * Convolution with bias, in the fastest form for its shape. ONNX Runtime's Conv is two to three times slower than these in
 * training, where weights change in every step and maps are small.
 */
export function convolution(layer: ConvLayer, windows: Windows): Operator {
  const { taps, height, width, size, input } = windows;
  const convolution = { layer, windows, output: { height, width, channels: layer.filters }, taps: taps.length };
  if (layer.stride !== 1) return strided(convolution);
  const [along, alone] = size[0] > 1 ? [input.height, size[1] === 1] : [input.width, true];
  const wholeBand = alone && along <= BAND_SIDE && taps.length === 2 * along - 1;
  return wholeBand ? banded(convolution) : gathered(convolution);
}

/** Gradients of kernel and bias, by stored weight. */
function weightGradients(
  context: Context,
  { layer, output }: Convolution,
  kernel: StoredWeight,
  dKernel: string,
  dy: string,
): ReadonlyMap<string, readonly string[]> {
  return new Map([
    [kernel.name, inPieces(context, dKernel, kernel.shape)],
    [storedBias(layer).name, biasGradient(context, dy, rowsOf(context, output), layer.filters)],
  ]);
}

/**
 * Stride 1: the places of each window are gathered side by side (im2col). The backward pass gathers dy once, by the
 * windows that contain each place of the input, for both products: dx = col(dy)·Wᵀ and dW = xᵀ·col(dy). The kernel is
 * therefore stored as [in, taps · out].
 */
function gathered(convolution: Convolution): Operator {
  const { layer, windows, output, taps } = convolution;
  const { input } = windows;
  const { inChannels, filters } = layer;
  const kernel = storedKernel(layer, [inChannels, taps * filters], windows.taps, (tap, c) => c * taps + tap);
  const bias = storedBias(layer);
  return {
    outputs: [output],
    weights: [kernel, bias],
    forward(context, [x]) {
      const { graph } = context;
      const w = context.weight(kernel.name);
      const from = { places: places(input), channels: inChannels };
      const columns = gatherPlaces(context, x as string, from, windows.sees);
      const byTap = graph.node('Transpose', [reshape(context, w, [inChannels, taps, filters])], { perm: [1, 0, 2] });
      const matrix = reshape(context, byTap, [taps * inChannels, filters]);
      return {
        outputs: [graph.node('Gemm', [columns, matrix, context.weight(bias.name)])],
        backward([dy], [needed]) {
          const to = { places: places(output), channels: filters };
          const spread = gatherPlaces(context, dy as string, to, seenFrom(windows));
          const dKernel = graph.node('Gemm', [x as string, spread], { transA: 1 });
          const weights = weightGradients(context, convolution, kernel, dKernel, dy as string);
          return { dxs: [needed ? graph.node('Gemm', [spread, w], { transB: 1 }) : undefined], weights };
        },
      };
    },
  };
}

/**
 * With a stride: dW = col(x)ᵀ·dy; dx is dy·Wᵀ, added up at the places of the windows.
 */
function strided(convolution: Convolution): Operator {
  const { layer, windows, output, taps } = convolution;
  const { inChannels, filters } = layer;
  const kernel = storedKernel(layer, [taps * inChannels, filters], windows.taps, (tap, c) => tap * inChannels + c);
  const bias = storedBias(layer);
  const from = { places: places(windows.input), channels: inChannels };
  return {
    outputs: [output],
    weights: [kernel, bias],
    forward(context, [x]) {
      const { graph } = context;
      const w = context.weight(kernel.name);
      const columns = gatherPlaces(context, x as string, from, windows.sees);
      return {
        outputs: [graph.node('Gemm', [columns, w, context.weight(bias.name)])],
        backward([dy], [needed]) {
          const dKernel = graph.node('Gemm', [columns, dy as string], { transA: 1 });
          const weights = weightGradients(context, convolution, kernel, dKernel, dy as string);
          if (!needed) return { dxs: [undefined], weights };
          const pieces = graph.node('Gemm', [dy as string, w], { transB: 1 });
          return { dxs: [scatterPlaces(context, pieces, from, windows.sees)], weights };
        },
      };
    },
  };
}

/**
 * Along one axis of a small map: all lines of the map times one band matrix (Toeplitz), which contains the kernel's taps
 * once per place: T[i, o] = tap i - o + before. The kernel is stored with its taps reversed, so that each row of T is a
 * contiguous part of it and the rows of dT add up to dW.
 */
function banded(convolution: Convolution): Operator {
  const { layer, windows, output, taps } = convolution;
  const { inChannels, filters } = layer;
  const { height, width } = windows.input;
  const horizontal = windows.size[1] > 1;
  const along = horizontal ? width : height;
  const kernel = storedKernel(layer, [inChannels, taps * filters], windows.taps, (tap, c) => c * taps + taps - 1 - tap);
  const bias = storedBias(layer);
  /** Index of T[i, 0] within the stored taps; T[i, o] follow. */
  const first = (i: number): number => taps - 1 - (windows.sees[0] as readonly number[]).indexOf(0) - i;

  /** Rows as lines of the map: [batch * lines, along * channels]. */
  const toLines = (context: Context, value: string, channels: number): string => {
    if (horizontal) return reshape(context, value, [context.batch * height, width * channels]);
    const map = reshape(context, value, [context.batch, height, width, channels]);
    const turned = context.graph.node('Transpose', [map], { perm: [0, 2, 1, 3] });
    return reshape(context, turned, [context.batch * width, height * channels]);
  };
  const fromLines = (context: Context, value: string, channels: number): string => {
    const rows = context.batch * height * width;
    if (horizontal) return reshape(context, value, [rows, channels]);
    const map = reshape(context, value, [context.batch, width, height, channels]);
    return reshape(context, context.graph.node('Transpose', [map], { perm: [0, 2, 1, 3] }), [rows, channels]);
  };

  return {
    outputs: [output],
    weights: [kernel, bias],
    forward(context, [x]) {
      const { graph } = context;
      const w = context.weight(kernel.name);
      const runs: number[] = [];
      for (let i = 0; i < along; i++) {
        for (let c = 0; c < inChannels; c++) for (let o = 0; o < along; o++) runs.push(c * taps + first(i) + o);
      }
      const band = graph.node('Gather', [reshape(context, w, [inChannels * taps, filters]), graph.ints(runs)], {
        axis: 0,
      });
      const matrix = reshape(context, band, [along * inChannels, along * filters]);
      const lines = toLines(context, x as string, inChannels);
      const y = fromLines(context, graph.node('MatMul', [lines, matrix]), filters);
      return {
        outputs: [graph.node('Add', [y, context.weight(bias.name)])],
        backward([dy], [needed]) {
          const dyLines = toLines(context, dy as string, filters);
          const dMatrix = graph.node('Gemm', [lines, dyLines], { transA: 1 });
          const parts = graph.nodes('Split', [dMatrix, graph.ints(new Array<number>(along).fill(inChannels))], along, {
            axis: 0,
          });
          const placed = parts.map((part, i) => {
            const [before, after] = [first(i) * filters, (taps - along - first(i)) * filters];
            return before || after ? graph.node('Pad', [part, graph.ints([0, before, 0, after])]) : part;
          });
          const weights = weightGradients(context, convolution, kernel, graph.node('Sum', placed), dy as string);
          if (!needed) return { dxs: [undefined], weights };
          const dx = graph.node('Gemm', [dyLines, matrix], { transB: 1 });
          return { dxs: [fromLines(context, dx, inChannels)], weights };
        },
      };
    },
  };
}
