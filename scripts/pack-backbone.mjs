// Packs a Keras weight file (.h5) into the bundled form: int8 kernels with a scale per output channel.
// node scripts/pack-backbone.mjs WEIGHTS.h5 OUT.safetensors   (after `npm run build`)
import { writeFile } from 'node:fs/promises';
import { quantizeBackbone } from '../out/network/backbone-weights.js';
import { readKerasBackbone } from '../out/network/keras/read-backbone.js';
import { writeSafetensors } from '../out/network/safetensors.js';

const [source, target] = process.argv.slice(2);
if (!source || !target) throw new Error('usage: node scripts/pack-backbone.mjs WEIGHTS.h5 OUT.safetensors');
const packed = quantizeBackbone((await readKerasBackbone(source)).weights);
await writeFile(target, writeSafetensors(packed));
