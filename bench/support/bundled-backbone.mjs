import { readFileSync } from 'node:fs';
import { PACKAGED } from '../../out/app/packaged.js';
import { matchBackbone } from '../../out/network/backbone-weights.js';
import { readSafetensors } from '../../out/network/safetensors.js';

/** A bundled backbone by its name: its weights, and its network. */
export function bundledBackbone(name) {
  const file = PACKAGED.bundledBackbones.get(name);
  if (!file) throw new Error(`"${name}" is not bundled: choose ${[...PACKAGED.bundledBackbones.keys()].join(' or ')}`);
  const { weights } = readSafetensors(readFileSync(file));
  return { weights, network: matchBackbone(weights) };
}
