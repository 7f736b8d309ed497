/** A kernel as symmetric 8-bit integers with a scale per output channel: value = level * scale. */
export interface QuantizedKernel {
  /** Integers from -127 to 127, in the order of the kernel. */
  readonly levels: Float32Array;
  /** [out] */
  readonly scale: Float32Array;
}

/** Largest absolute level. */
const LARGEST_LEVEL = 127;

/**
 * Quantizes a kernel so that every processor computes the same sums. Processors without VNNI multiply unsigned by signed
 * bytes with VPMADDUBSW, which adds two neighboring products in 16 bits and saturates: 255 * 127 * 2 overflows. It does not
 * if no two neighboring levels add up to more than 128. That costs less accuracy than 7-bit weights, which never overflow,
 * because the largest weights of a channel are seldom neighbors (figures in docs/adr/0010-int8.md).
 * @param kernel [in, out]: rows in the order of multiplication, channels last.
 */
export function quantizeKernel(kernel: Float32Array, filters: number): QuantizedKernel {
  const scale = new Float32Array(filters);
  for (let i = 0; i < kernel.length; i++) {
    const o = i % filters;
    const neighbor = ((i - o) / filters) % 2 === 0 && i + filters < kernel.length ? kernel[i + filters]! : 0;
    const largest = Math.max(Math.abs(kernel[i]!), Math.abs(kernel[i]! + neighbor));
    scale[o] = Math.max(scale[o]!, largest / LARGEST_LEVEL);
  }
  for (let o = 0; o < filters; o++) scale[o] ||= 1; // any scale is right for a channel of zeros
  return { levels: kernel.map((value, i) => Math.round(value / scale[i % filters]!)), scale };
}
