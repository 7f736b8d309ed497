/** Scales rows to length 1, in place; a row of zeros stays as it is. @param values rows of `width` values. */
export function toUnitLength(values: Float32Array, width: number): Float32Array {
  for (let start = 0; start < values.length; start += width) {
    let squares = 0;
    for (let i = start; i < start + width; i++) squares += values[i]! * values[i]!;
    if (squares === 0) continue;
    const length = Math.sqrt(squares);
    for (let i = start; i < start + width; i++) values[i]! /= length;
  }
  return values;
}
