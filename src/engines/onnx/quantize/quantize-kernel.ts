/** A kernel as 8-bit integers, symmetric, with a scale per output channel: value = level * scale. */
export interface QuantizedKernel {
  /** Whole numbers from -127 to 127, in the order of the kernel. */
  readonly levels: Float32Array;
  /** [out] */
  readonly scale: Float32Array;
}

const LARGEST_LEVEL = 127;

/**
 * Processors without VNNI multiply unsigned by signed bytes with an instruction (VPMADDUBSW) that adds two neighbouring
 * products in 16 bits and saturates: 255 * 127 * 2 does not fit. With levels of which no two neighbours add up to more
 * than 128 it does, so every processor comes to the same sums. That costs less than weights of 7 bits, which hold the same
 * everywhere, because the largest weights of a channel seldom lie side by side (docs/adr/0010-int8.md has figures).
 * @param kernel [in, out]: rows in the order in which they are multiplied, channels last.
 */
export function quantizeKernel(kernel: Float32Array, filters: number): QuantizedKernel {
  const scale = new Float32Array(filters);
  for (let i = 0; i < kernel.length; i++) {
    const o = i % filters;
    const neighbour = ((i - o) / filters) % 2 === 0 && i + filters < kernel.length ? kernel[i + filters]! : 0;
    const largest = Math.max(Math.abs(kernel[i]!), Math.abs(kernel[i]! + neighbour));
    scale[o] = Math.max(scale[o]!, largest / LARGEST_LEVEL);
  }
  for (let o = 0; o < filters; o++) scale[o] ||= 1; // of a channel of zeros any will do
  return { levels: kernel.map((value, i) => Math.round(value / scale[i % filters]!)), scale };
}
