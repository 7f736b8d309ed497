/** A range of pixels from top to bottom. */
export type Taken = readonly [from: number, to: number];

/**
 * The place nearest to the wanted one at which a label of this height lies on nothing that is taken, between `least` and
 * `most`; the wanted one if there is none. Places are the middles of labels.
 */
export function freePlace(wanted: number, height: number, taken: readonly Taken[], [least, most]: Taken): number {
  const half = height / 2;
  const isFree = (at: number): boolean =>
    at >= least && at <= most && taken.every(([from, to]) => at + half <= from || at - half >= to);
  const free = [wanted, ...taken.flatMap(([from, to]) => [from - half, to + half])].filter(isFree);
  return free.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted))[0] ?? wanted;
}
