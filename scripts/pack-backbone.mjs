// Packs a weight file (Keras, or PyTorch's EfficientNet-Lite0 as safetensors) into the bundled form: int8 kernels with a
// scale per output channel.
// node scripts/pack-backbone.mjs WEIGHTS OUT.safetensors   (after `npm run modules`)
import { writeFile } from 'node:fs/promises';
import { readBackboneFile } from '../out/network/backbone-file.js';
import { quantizeBackbone } from '../out/network/backbone-weights.js';
import { writeSafetensors } from '../out/network/safetensors.js';

const [source, target] = process.argv.slice(2);
if (!source || !target) throw new Error('usage: node scripts/pack-backbone.mjs WEIGHTS OUT.safetensors');
const packed = quantizeBackbone((await readBackboneFile(source)).weights);
await writeFile(target, writeSafetensors(packed));
