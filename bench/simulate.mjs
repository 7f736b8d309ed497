// Beyond the machines at hand: where the first bottleneck lies at 10 to 10,000 photos a second, at 100,000 runs and 10^7 images,
// and what a million classifications cost. Computed from service times, which --measure takes on this machine.
import { check } from './support/check.mjs';
import { withWeightsOption } from './support/data.mjs';
import { measureServing, SIZES } from './support/simulate/measure.mjs';
import { FORMULAS, serving, training } from './support/simulate/model.mjs';

export function describe(command) {
  return withWeightsOption(command)
    .description('bottlenecks and costs beyond the machines at hand, from measured service times')
    .option('--measure', 'take photo-ms and main-ms from this machine, and compare predictions with it')
    .option('--requests <n>', 'photos of each load with --measure', '64')
    .option('--photo-ms <ms>', 'of a core for a photo at 299 px, floats (bench simulate --measure)', '67')
    .option('--main-ms <ms>', 'of the main thread for a photo (bench simulate --measure)', '4.4')
    .option('--photo-kb <kb>', 'kilobytes of a photo', '200')
    .option('--kept <share>', 'share of the answers that are kept in the database', '1')
    .option('--kept-ms <ms>', 'of a core of PostgreSQL for a kept answer (bench cluster --only answers)', '0.04')
    .option('--database-cores <n>', 'cores of PostgreSQL', '4')
    .option('--connections <n>', 'max_connections of PostgreSQL, of which it keeps 10 for others', '100')
    .option('--connections-per-process <n>', 'a pool of 10, one that listens and one with a lock', '12')
    .option('--cores <n>', 'cores of a process', '4')
    .option('--link-gbit <gbit>', 'network of a process', '1')
    .option('--workers <n>', 'processes that train', '2')
    .option('--run-core-s <s>', 'of a core for a run: a head on cached features, 4 epochs (bench transfer)', '5.2')
    .option('--images-per-s <n>', 'images registered per second (bench ingestion)', '3027')
    .option('--image-ms <ms>', 'of a core for the features of an image at 75 px (bench transfer)', '2.2')
    .option('--feature-bytes <n>', 'bytes of the features of an image: 2,048 floats', '8192')
    .option('--feature-cache-gb <n>', 'size of the cache of features', '20')
    .option('--utilization <share>', 'share of a core or link that is planned for, so that queues stay short', '0.6')
    .option('--price <dollars>', 'of a core for an hour: AWS c5 on demand in us-east-1, 0.34 for 8 vCPU', '0.0425');
}

export async function measure({ measure: isMeasured, weights, requests, json: _, ...given }) {
  const inputs = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, Number(value)]));
  const wrong = Object.keys(inputs).find((name) => !(inputs[name] >= 0));
  if (wrong) throw new Error(`${wrong} must be a number of 0 or more (received ${given[wrong]})`);
  const measured = isMeasured ? await measureServing({ weights, requests: Number(requests) }) : [];
  if (isMeasured) {
    const { photoMs, mainMs } = measured.at(-1); // eight photos at once, at the largest size
    Object.assign(inputs, { photoMs, mainMs });
  }
  const { rows, dollarsPerMillion } = serving(inputs);
  process.stderr.write(
    `${['Inputs:', ...inputLines(inputs), 'Formulas:', ...FORMULAS.map((line) => `  ${line}`)].join('\n')}\n`,
  );
  for (const row of measured) process.stderr.write(`Measured: ${JSON.stringify(row)}\n`);
  process.stderr.write(`A million photos cost ${dollarsPerMillion.toFixed(2)} dollars.\n`);
  return { rows: [...rows, ...training(inputs)], checks: isMeasured ? checksOf(measured) : [] };
}

const inputLines = (inputs) =>
  Object.entries(inputs).map(([name, value]) => `  ${name} = ${Number(value.toPrecision(4))}`);

/** How far predictions are from what was measured, as a ratio of at least 1. */
function checksOf(measured) {
  return [1, 8].map((concurrency) => {
    const [small, middle, large] = SIZES.map((size) =>
      measured.find((row) => row.size === size && row.concurrency === concurrency),
    );
    const perPixel = (large.photoMs - small.photoMs) / (large.size ** 2 - small.size ** 2);
    const predicted = small.photoMs + perPixel * (middle.size ** 2 - small.size ** 2);
    const ratio = Math.max(predicted / middle.photoMs, middle.photoMs / predicted);
    const name = `processor time of a photo at ${middle.size} px, ${concurrency} at once, predicted from ${small.size} and ${large.size} px`;
    return check(name, ratio, { atMost: 1.25 });
  });
}
