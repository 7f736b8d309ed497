import { elements, f32, type Tensor } from '../../src/network/tensor.js';

/** The head of the scripts in test/reference, with numbers that every language can reproduce. */
export function hashedHead({ hidden, classes }: { readonly hidden: number; readonly classes: number }) {
  const glorot = (ins: number, outs: number): number => Math.sqrt(6 / (ins + outs));
  return new Map([
    ['dense/kernel', hashed(0, [2048, hidden], glorot(2048, hidden))],
    ['dense/bias', hashed(1, [hidden], 0.05)],
    ['predictions/kernel', hashed(2, [hidden, classes], glorot(hidden, classes))],
    ['predictions/bias', hashed(3, [classes], 0.05)],
  ]);
}

/** hashed() of fine_tuning.py: murmur3's finalizer of the index, scaled to +-limit. */
function hashed(tensor: number, shape: number[], limit: number): Tensor {
  const data = new Float32Array(elements(shape));
  for (let i = 0; i < data.length; i++) {
    let x = (i + tensor * 0x9e3779b9) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x = (x ^ (x >>> 16)) >>> 0;
    data[i] = ((2 * x) / 2 ** 32 - 1) * limit;
  }
  return f32(shape, data);
}
