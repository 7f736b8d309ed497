// Median time of a pass through the frozen network with a bundled backbone, as one line of JSON: {imagesPerSecond, engine}.
import { median } from './check.mjs';
import { timedEngine } from './timed-engine.mjs';

const INPUT = 32;
/** Passes before the clock starts. */
const WARM_UP = 2;

const { size: image, batch, seconds, engine, weights: backbone } = await timedEngine();
const network = await engine.frozen({
  backbone,
  size: { input: INPUT, image },
  firstTrainedLayer: 'avg_pool',
  type: 'float32',
});
const pixels = new Uint8Array(batch * INPUT * INPUT * 3).map(() => Math.random() * 256);

const times = [];
let spent = 0;
for (let pass = 0; spent < seconds; pass++) {
  const began = performance.now();
  await network.run(pixels, batch);
  if (pass < WARM_UP) continue;
  times.push((performance.now() - began) / 1000);
  spent += times.at(-1);
}
process.stdout.write(`${JSON.stringify({ imagesPerSecond: batch / median(times), engine: engine.info })}\n`);
