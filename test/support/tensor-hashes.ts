import { createHash } from 'node:crypto';
import type { Weights } from '../../src/network/tensor.js';

/** Type, shape and SHA-256 of each tensor, by name: Vitest would compare weights number by number, for seconds. */
export function tensorHashes(weights: Weights): Record<string, string> {
  const sorted = [...weights].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    sorted.map(([name, { type, shape, data }]) => [
      name,
      `${type} [${shape}] ${createHash('sha256').update(data).digest('hex')}`,
    ]),
  );
}
