// Sources of images, which the tests of src/datasets have as tables, and what a hub makes of them.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import { CREATE_DATASET, REGISTER } from '../../out/cli/requests/dataset.js';
import { bundleOptions, ROOT } from '../../scripts/bundle.mjs';

const INTO = join(ROOT, 'out', 'input-cases');
const REFERENCE = fileURLToPath(new URL('../../test/reference', import.meta.url));
/** The mean of a channel, 0 to 255, may differ by this: JPEG and 16-bit colors are not exact. */
const MEAN_ERROR = 3;

/** The cases, from the tests' TypeScript. */
export async function datasetCases() {
  await build(
    bundleOptions({ entries: { cases: 'test/datasets/cases/input-case.ts' }, into: INTO, isDevelopment: true }),
  );
  const { inputCases } = await import(pathToFileURL(join(INTO, 'cases.js')).href);
  return inputCases(REFERENCE);
}

/** Registers the archive of a case as a dataset of its own. @returns what is wrong with the outcome, and whether it is a refusal. */
export async function registerCase(hub, folder, { archive, nameEncoding, expected }, number) {
  const path = join(folder, `case-${number}`);
  await writeFile(path, await archive());
  const dataset = `case-${number}`;
  await hub.client.request(CREATE_DATASET, { name: dataset });
  const input = { dataset, path, ...(nameEncoding && { nameEncoding }) };
  const answer = await hub.client.request(REGISTER, { input }).then(
    ({ registerDatasetVersion: version }) => ({ version }),
    (error) => ({ error }),
  );
  return judge(answer, expected);
}

function judge({ version, error }, expected) {
  if (error) return judgeRefusal(error, expected);
  if ('code' in expected) return { fault: `taken, with ${version.imageCount} images` };
  const received = linesOf(version, expected.counts);
  const rejected = [...expected.rejected].sort();
  if (received.counts.join() !== [...expected.counts].sort().join())
    return { fault: `has ${received.counts.join(', ')}` };
  const isRejected = received.rejected.length === rejected.length && rejected.every(isIn(received.rejected));
  if (!isRejected) return { fault: `rejects ${received.rejected.join('; ') || 'nothing'}` };
  const { mean } = version.statistics;
  const isOff = expected.mean?.some((value, channel) => Math.abs(value - mean[channel]) > MEAN_ERROR);
  return isOff ? { fault: `has the mean ${mean.join(', ')}` } : { isRefusal: false };
}

/** Whether an error is the one that is expected; any other says too little, or of something else. */
export function judgeRefusal({ code, message }, expected) {
  const isClear = code === expected.code && message.includes(expected.message);
  return isClear ? { isRefusal: true } : { fault: `${code}: ${message}` };
}

/** Both have "name: reason"; the expected reason is a part of the received one. */
const isIn = (received) => (line, i) => {
  const at = line.indexOf(': ');
  return received[i].startsWith(line.slice(0, at + 2)) && received[i].includes(line.slice(at + 2));
};

/** Counts and rejections as cases have them. Splits that no case names are drawn of `train`, and count as that. */
function linesOf({ splits, rejected }, expected) {
  const named = new Set(expected.map((line) => line.split(' ')[0]));
  const images = new Map();
  for (const { split, classes } of splits) {
    const part = named.has(split.toLowerCase()) ? split.toLowerCase() : 'train';
    for (const one of classes) {
      const key = `${part} ${one.label}`;
      if (one.images > 0) images.set(key, (images.get(key) ?? 0) + one.images);
    }
  }
  return {
    counts: [...images].map(([key, count]) => `${key} ${count}`).sort(),
    rejected: rejected.map(({ name, reason }) => `${name}: ${reason}`).sort(),
  };
}
