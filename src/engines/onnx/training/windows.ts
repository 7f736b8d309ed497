import { type Padding, paddingOf, placesAlong, type Shape } from '../../../network/layers.js';

/** A window sliding over a map, without the taps that only touch padding. */
export interface Windows {
  readonly input: Shape;
  readonly height: number;
  readonly width: number;
  /** Taps that touch the map, as indices into the whole window, row by row. */
  readonly taps: readonly number[];
  /** Rows and columns of these taps. */
  readonly size: readonly [number, number];
  /** By output place and tap: the input place under the tap, or -1 for padding. */
  readonly sees: readonly (readonly number[])[];
}

export function slideWindow(
  input: Shape,
  window: readonly [number, number],
  stride: number,
  padding: Padding,
): Windows {
  const vertical = slideAlong(input.height, window[0], stride, padding);
  const horizontal = slideAlong(input.width, window[1], stride, padding);
  const sees = vertical.sees.flatMap((rows) =>
    horizontal.sees.map((columns) =>
      rows.flatMap((y) => columns.map((x) => (y < 0 || x < 0 ? -1 : y * input.width + x))),
    ),
  );
  return {
    input,
    height: vertical.sees.length,
    width: horizontal.sees.length,
    taps: vertical.taps.flatMap((y) => horizontal.taps.map((x) => y * window[1] + x)),
    size: [vertical.taps.length, horizontal.taps.length],
    sees,
  };
}

function slideAlong(
  length: number,
  window: number,
  stride: number,
  padding: Padding,
): { taps: number[]; sees: number[][] } {
  const [before] = paddingOf(padding, length, window, stride);
  const outputs = placesAlong(padding, length, window, stride);
  const seen = (output: number, tap: number): number => {
    const at = output * stride + tap - before;
    return at >= 0 && at < length ? at : -1;
  };
  const places = Array.from({ length: outputs }, (_, output) => output);
  const taps = Array.from({ length: window }, (_, tap) => tap).filter((tap) => places.some((o) => seen(o, tap) >= 0));
  return { taps, sees: places.map((output) => taps.map((tap) => seen(output, tap))) };
}

/** The inverse: by input place and tap, the output place whose window has it under that tap, or -1. */
export function seenFrom({ input, taps, sees }: Windows): number[][] {
  const inverse = Array.from({ length: input.height * input.width }, () => new Array<number>(taps.length).fill(-1));
  for (const [output, places] of sees.entries()) {
    for (const [tap, place] of places.entries()) if (place >= 0) (inverse[place] as number[])[tap] = output;
  }
  return inverse;
}
