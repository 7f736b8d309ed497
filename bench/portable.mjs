// Model versions in the formats of others: how far what Python's tools answer lies from what the hub answers, both ways.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { openSource } from '../out/datasets/detect.js';
import { check } from './support/check.mjs';
import { withWeightsOption } from './support/data.mjs';
import { ended, register, SAMPLES, startHub, train } from './support/hub.mjs';
import { compareExports, compareImports } from './support/portable.mjs';
import { peerPython } from './support/python.mjs';

const SIDE = 32;

export function describe(command) {
  return withWeightsOption(command)
    .description('exported model versions in ONNX Runtime, safetensors and Keras against the hub, and imported ones')
    .option('--photos <n>', 'test images that all of them are asked about', '64');
}

export async function measure({ photos, weights }) {
  const python = await peerPython();
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const hub = await startHub(join(folder, 'data'), '--int8-margin', '100', '--allow', folder);
  try {
    const pictures = await testPictures(Number(photos));
    const { id: datasetVersionId } = await register(hub.client, 'sample', join(SAMPLES, 'cifar10-sample.tar.gz'));
    const rows = [];
    const brought = { datasetVersionId, side: SIDE, pictures, weights };
    for (const row of await compareImports(python, hub, join(folder, 'imported'), brought)) {
      rows.push({ kind: 'imported', ...row });
    }
    for (const [kind, version] of Object.entries(await trainVersions(hub.client, datasetVersionId))) {
      const exported = { ...version, side: SIDE, pictures };
      for (const row of await compareExports(python, hub, join(folder, kind), exported)) rows.push({ kind, ...row });
    }
    const checks = rows.map(({ kind, format, difference }) =>
      check(`${kind}, ${format}: largest difference of a probability`, difference, { atMost: 1e-4 }),
    );
    return { rows, checks };
  } finally {
    await hub.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A head on a frozen backbone, and the same fine-tuned behind `mixed8`. */
async function trainVersions(client, datasetVersionId) {
  const { run } = await train(client, { datasetVersionId, backbone: 'tiny-imagenet-2', recipe: { epochs: 1 } });
  const { startFineTuneRun } = await client.request(
    'mutation ($input: StartFineTuneRunInput!) { startFineTuneRun(input: $input) { id } }',
    { input: { parentRunId: run.id, fineTuneFrom: 'mixed8', epochs: 1 } },
  );
  await ended(client, startFineTuneRun.id);
  const versions = { transfer: { run: run.id, number: 1 }, 'fine-tuned': { run: startFineTuneRun.id, number: 2 } };
  for (const { run: runId } of Object.values(versions)) {
    await client.request(
      'mutation ($runId: ID!) { registerModelVersion(input: { runId: $runId, model: "cifar10" }) { number } }',
      { runId },
    );
  }
  return versions;
}

/** The first test images of the sample, a class after the other, as the network takes them. */
async function testPictures(count) {
  const byClass = new Map();
  const source = await openSource(join(SAMPLES, 'cifar10-sample.tar.gz'));
  for await (const { path, content } of source.entries(new AbortController().signal)) {
    const [, label] = /test\/([a-z]+)\//.exec(path) ?? [];
    if (!label) continue;
    const chunks = [];
    for await (const chunk of content()) chunks.push(chunk);
    const pixels = await sharp(Buffer.concat(chunks)).removeAlpha().raw().toBuffer();
    byClass.set(label, [...(byClass.get(label) ?? []), pixels]);
  }
  const inTurn = [...byClass.values()][0].flatMap((_, i) => [...byClass.values()].map((pictures) => pictures[i]));
  return Buffer.concat(inTurn.slice(0, count));
}
