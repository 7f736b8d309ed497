// What the runtime and the decoder do without a server: photo after photo, decoded and computed, as one line of JSON:
// {perSecond}. node raw-loop.mjs MODEL SIDE SECONDS PHOTO...
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import { decodePixels } from '../../out/datasets/decode.js';
import { createSession } from '../../out/engines/onnx/session.js';

const [model, side, seconds, ...paths] = process.argv.slice(2);
const photos = await Promise.all(paths.map((path) => readFile(path)));
const session = await createSession(await readFile(model), { threads: availableParallelism() });
const [width, height] = [Number(side), Number(side)];

const one = async (photo) => {
  const pixels = await decodePixels(photo, { width, height, fit: 'cover' });
  await session.run({ pixels: new ort.Tensor('uint8', pixels, [1, height, width, 3]) });
};
for (const photo of photos.slice(0, 4)) await one(photo);
const began = performance.now();
let done = 0;
while (performance.now() - began < Number(seconds) * 1000) await one(photos[done++ % photos.length]);
process.stdout.write(`${JSON.stringify({ perSecond: (1000 * done) / (performance.now() - began) })}\n`);
