import { type Context, reshape } from './operator.js';

/** Places and channels of a map. */
interface MapSize {
  readonly places: number;
  readonly channels: number;
}

/**
 * Gathers lists of places of each map side by side: im2col if the lists are the places of windows.
 * @param value rows [batch * places, channels].
 * @param lists by row of the result: places of the map; -1 gives zeros.
 * @returns [batch * lists.length, lists[0].length * channels].
 */
export function gatherPlaces(
  context: Context,
  value: string,
  { places, channels }: MapSize,
  lists: readonly (readonly number[])[],
): string {
  const { graph, batch } = context;
  let maps = reshape(context, value, [batch, places, channels]);
  const flat = lists.flat();
  if (flat.includes(-1)) {
    const zeros = graph.constant(new Float32Array(batch * channels), [batch, 1, channels]);
    maps = graph.node('Concat', [maps, zeros], { axis: 1 });
  }
  const indices = graph.ints(flat.map((place) => (place < 0 ? places : place)));
  const gathered = graph.node('Gather', [maps, indices], { axis: 1 });
  return reshape(context, gathered, [batch * lists.length, (lists[0]?.length ?? 0) * channels]);
}

/** Most elements for which a product with a constant 0/1 matrix is faster than gathering. */
const MATRIX_ELEMENTS = 6000;

/**
 * The transpose of `gatherPlaces`: adds up the values of the lists at each place.
 * @param value [batch * lists.length, lists[0].length * channels].
 * @returns rows [batch * places, channels].
 */
export function scatterPlaces(
  context: Context,
  value: string,
  { places, channels }: MapSize,
  lists: readonly (readonly number[])[],
): string {
  const { graph, batch } = context;
  const sources: number[][] = Array.from({ length: places }, () => []);
  const flat = lists.flat();
  for (const [source, place] of flat.entries()) sources[place]?.push(source);
  const shape = { places: flat.length, channels };
  if (places * flat.length <= MATRIX_ELEMENTS) {
    const matrix = new Float32Array(places * flat.length);
    for (const [source, place] of flat.entries()) if (place >= 0) matrix[place * flat.length + source] = 1;
    const pieces = reshape(context, value, [batch, flat.length, channels]);
    const sums = graph.node('MatMul', [graph.constant(matrix, [places, flat.length]), pieces]);
    return reshape(context, sums, [batch * places, channels]);
  }
  const most = Math.max(...sources.map(({ length }) => length));
  const slots = Array.from({ length: most }, (_, slot) => sources.map((list) => [list[slot] ?? -1]));
  const terms = slots.map((slot) => gatherPlaces(context, value, shape, slot));
  return terms.length === 1 ? (terms[0] as string) : graph.node('Sum', terms);
}
