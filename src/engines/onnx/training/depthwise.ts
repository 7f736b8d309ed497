import type { ConvLayer, Shape } from '../../../network/layers.js';
import { type Context, inPieces, type Operator, places, reshape } from './operator.js';
import { columnSums } from './pointwise.js';
import { storedBias, storedKernel } from './stored-weight.js';
import { slideWindow } from './windows.js';

/** Most places of a map whose channels are each one product with a whole band matrix. */
const WHOLE_PLACES = 100;

/**
 * Depthwise convolution of columns, with bias. Each channel is a product with a band matrix (Toeplitz) of its own, which holds
 * the channel's taps once per output place: batched products, which ONNX Runtime computes several times faster than a Conv
 * with as many groups as channels.
 *
 * A small map is one row of the product. Of a larger one, the lines that a line of the output sees are gathered side by side,
 * and the band matrix spans these lines alone. With S, which says by tap which elements of the matrix hold it:
 * T = Wᵀ·S, y = x·T, dx = dy·Tᵀ, dW = S·(xᵀ·dy)ᵀ.
 */
export function depthwise(layer: ConvLayer, input: Shape): Operator {
  const { filters: channels } = layer;
  const { taps, height, width, sees } = slideWindow(input, layer.kernel, layer.stride, layer.padding);
  const output = { height, width, channels };
  const whole = places(input) <= WHOLE_PLACES;
  const lines = whole ? undefined : linesOf(layer, input, height);
  const rows = lines ? height : 1;
  const [ins, outs] = lines ? [lines.perLine * input.width, width] : [places(input), places(output)];
  const spread = lines ? bandOfLines(layer, input, taps, lines) : bandOfMap(sees, taps.length, ins);
  const kernel = storedKernel(layer, [taps.length, channels], taps, (tap) => tap);
  const bias = storedBias(layer);
  return {
    outputs: [output],
    weights: [kernel, bias],
    forward(context, [x]) {
      const { graph, batch } = context;
      const w = context.weight(kernel.name);
      const count = batch * rows;
      const matrix = (transposed: boolean): string => {
        const elements = graph.constant(transposed ? turned(spread, taps.length, ins, outs) : spread, [
          taps.length,
          ins * outs,
        ]);
        const band = graph.node('Gemm', [w, elements], { transA: 1 });
        return reshape(context, band, transposed ? [channels, outs, ins] : [channels, ins, outs]);
      };
      const seen = lines ? gatherLines(context, x as string, input, lines.sees) : (x as string);
      const maps = reshape(context, seen, [channels, count, ins]);
      const y = graph.node('MatMul', [maps, matrix(false)]);
      const start = reshape(context, context.weight(bias.name), [channels, 1, 1]);
      const columns = batch * places(output);
      return {
        outputs: [reshape(context, graph.node('Add', [y, start]), [channels, columns])],
        backward([dy], [needed]) {
          const dMaps = reshape(context, dy as string, [channels, count, outs]);
          const turnedMaps = graph.node('Transpose', [maps], { perm: [0, 2, 1] });
          const dBand = reshape(context, graph.node('MatMul', [turnedMaps, dMaps]), [channels, ins * outs]);
          const elements = graph.constant(spread, [taps.length, ins * outs]);
          const weights = new Map([
            [kernel.name, inPieces(context, graph.node('Gemm', [elements, dBand], { transB: 1 }), kernel.shape)],
            [bias.name, columnSums(context, dy as string, columns, channels)],
          ]);
          if (!needed) return { dxs: [undefined], weights };
          const dSeen = graph.node('MatMul', [dMaps, matrix(true)]);
          const dx = lines ? scatterLines(context, dSeen, input, lines.sees) : dSeen;
          return { dxs: [reshape(context, dx, [channels, batch * places(input)])], weights };
        },
      };
    },
  };
}

/** The lines that a line of the output sees. */
interface Lines {
  readonly perLine: number;
  /** By line of the output and row of the kernel: the line of the input, or -1 for padding. */
  readonly sees: readonly (readonly number[])[];
}

function linesOf({ kernel, stride, padding }: ConvLayer, { height, channels }: Shape, outputs: number): Lines {
  const { sees, taps } = slideWindow({ height, width: 1, channels }, [kernel[0], 1], stride, padding);
  return { perLine: taps.length, sees: sees.slice(0, outputs) };
}

/** S of a whole map: [taps, places of the input * places of the output]. */
function bandOfMap(sees: readonly (readonly number[])[], taps: number, ins: number): Float32Array {
  const outs = sees.length;
  const band = new Float32Array(taps * ins * outs);
  for (const [output, seen] of sees.entries()) {
    for (const [tap, place] of seen.entries()) if (place >= 0) band[(tap * ins + place) * outs + output] = 1;
  }
  return band;
}

/** S of lines side by side: [taps, lines * width of the input * width of the output]. */
function bandOfLines(layer: ConvLayer, input: Shape, taps: readonly number[], { perLine }: Lines): Float32Array {
  const across = slideWindow({ ...input, height: 1 }, [1, layer.kernel[1]], layer.stride, layer.padding);
  const columns = across.taps.length;
  const [ins, outs] = [perLine * input.width, across.width];
  const band = new Float32Array(taps.length * ins * outs);
  for (const [output, seen] of across.sees.entries()) {
    for (let line = 0; line < perLine; line++) {
      for (const [column, place] of seen.entries()) {
        if (place < 0) continue;
        band[((line * columns + column) * ins + line * input.width + place) * outs + output] = 1;
      }
    }
  }
  return band;
}

/** The same matrices transposed: [taps, outs * ins]. */
function turned(band: Float32Array, taps: number, ins: number, outs: number): Float32Array {
  const result = new Float32Array(band.length);
  for (let tap = 0; tap < taps; tap++) {
    for (let i = 0; i < ins; i++) {
      for (let o = 0; o < outs; o++) result[(tap * outs + o) * ins + i] = band[(tap * ins + i) * outs + o]!;
    }
  }
  return result;
}

/** Gathers lines of each map. @returns [channels, batch, lists.length * lines of a list, width]. */
function gatherLines(
  context: Context,
  value: string,
  { height, width, channels }: Shape,
  lists: readonly (readonly number[])[],
): string {
  const { graph, batch } = context;
  const maps = reshape(context, value, [channels, batch, height, width]);
  const zeros = graph.constant(new Float32Array(channels * batch * width), [channels, batch, 1, width]);
  const indices = graph.ints(lists.flat().map((line) => (line < 0 ? height : line)));
  return graph.node('Gather', [graph.node('Concat', [maps, zeros], { axis: 2 }), indices], { axis: 2 });
}

/** The transpose of `gatherLines`: adds up the gathered lines at each line of the map. */
function scatterLines(context: Context, value: string, shape: Shape, lists: readonly (readonly number[])[]): string {
  const flat = lists.flat();
  const sources: number[][] = Array.from({ length: shape.height }, () => []);
  for (const [source, line] of flat.entries()) sources[line]?.push(source);
  const most = Math.max(...sources.map(({ length }) => length));
  const gathered = { ...shape, height: flat.length };
  const terms = Array.from({ length: most }, (_, slot) =>
    gatherLines(context, value, gathered, [sources.map((list) => list[slot] ?? -1)]),
  );
  return terms.length === 1 ? (terms[0] as string) : context.graph.node('Sum', terms);
}
