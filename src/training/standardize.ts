/** Mean length of the rows afterwards: it decides what a penalty on coefficients means. */
const LENGTH = 6;

/**
 * Gives every column of a table the mean 0 and the same spread, in place; a column that is the same in all rows becomes 0.
 * @param values rows of `width` values. @returns them; the mean of their squared lengths is 36.
 */
export function standardize(values: Float32Array, width: number): Float32Array {
  const n = values.length / width;
  const [means, squares] = [new Float64Array(width), new Float64Array(width)];
  for (let i = 0; i < values.length; i++) means[i % width]! += values[i]! / n;
  for (let i = 0; i < values.length; i++) squares[i % width]! += (values[i]! - means[i % width]!) ** 2 / n;
  const scales = squares.map((square) => (square > 0 ? LENGTH / Math.sqrt(square * width) : 0));
  for (let i = 0; i < values.length; i++) values[i] = (values[i]! - means[i % width]!) * scales[i % width]!;
  return values;
}
