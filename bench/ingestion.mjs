// Ingestion of all of CIFAR-10: the hub against a plain Python loop followed by MLflow's dataset logging.
import { createWriteStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { CIFAR10_CLASSES } from '../out/datasets/cifar10.js';
import { check, median } from './support/check.mjs';
import { unpackImages, withDataOptions } from './support/data.mjs';
import { register, startHub } from './support/hub.mjs';
import { peakMemory } from './support/memory.mjs';
import { peerPython, runPeer } from './support/python.mjs';

/** Images per class, and the training batches of CIFAR-10's binary archive. */
const PER_CLASS = { train: 5000, test: 1000 };
const BATCHES = 5;

export function describe(command) {
  return withDataOptions(command)
    .description("ingestion of CIFAR-10's 60,000 images, against MLflow and a plain Python loop")
    .option('--rounds <n>', 'ingestions by each of them, in turn', '2')
    .option('--per-class <n>', 'training images per class; a fifth as many test images', String(PER_CLASS.train));
}

/** Hub and peer read the same folder of files; only the hub reads the archives. */
export async function measure({ images, rounds, perClass }) {
  const perSplit = { train: Number(perClass), test: Math.round(Number(perClass) / 5) };
  const python = await peerPython();
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const imageFolder = join(folder, 'pictures');
  const binary = join(folder, 'cifar-10-binary.tar.gz');
  const rows = [];
  try {
    await unpackImages(images, imageFolder, perSplit);
    await packBinary(imageFolder, binary, perSplit);
    for (let round = 1; round <= Number(rounds); round++) {
      const peer = await runPeer(python, 'mlflow_dataset.py', [
        '--data',
        imageFolder,
        '--store',
        join(folder, `mlflow-${round}`),
      ]);
      rows.push({ round, what: 'Python loop and MLflow, folder', ...rate(peer.images, peer.seconds) });
      for (const [what, path] of Object.entries({
        folder: imageFolder,
        'tar.gz of JPEGs': resolve(images),
        'CIFAR-10 binary': binary,
      })) {
        rows.push({ round, what: `hub, ${what}`, ...(await ingestInHub(join(folder, 'data'), path)) });
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const of = (what, column) => rows.filter((row) => row.what === what).map((row) => row[column]);
  const rates = (what) => median(of(what, 'images/s'));
  const hub = ['hub, folder', 'hub, tar.gz of JPEGs', 'hub, CIFAR-10 binary'];
  return {
    rows,
    checks: [
      ...hub.map((what) => check(`${what}, images/s`, rates(what), { atLeast: 3000 })),
      check(
        'hub / Python loop and MLflow, same folder, images/s',
        rates(hub[0]) / rates('Python loop and MLflow, folder'),
        {
          atLeast: 1,
        },
      ),
      check(
        'largest memory over that of the start, MB',
        Math.max(...hub.flatMap((what) => of(what, 'MB over the start'))),
        {
          atMost: 700,
        },
      ),
    ],
  };
}

const rate = (images, seconds) => ({ images, seconds, 'images/s': images / seconds });

/** Ingests in a new hub, with fresh memory and database. */
async function ingestInHub(data, path) {
  const hub = await startHub(data, '--allow', path);
  const idle = await peakMemory(hub.child.pid);
  const began = performance.now();
  const { imageCount } = await register(hub.client, 'pictures', path);
  const seconds = (performance.now() - began) / 1000;
  const peak = await peakMemory(hub.child.pid);
  await hub.stop();
  await rm(data, { recursive: true });
  return { ...rate(imageCount, seconds), 'MB over the start': Math.round((peak - idle) / 1e6) };
}

/** Packs the same images like CIFAR-10's binary archive: about 170 MB. */
async function packBinary(imageFolder, file, perSplit) {
  const archive = pack();
  const written = pipeline(archive, createGzip({ level: 1 }), createWriteStream(file));
  for (const [split, count] of Object.entries(perSplit)) {
    const batches = split === 'train' ? BATCHES : 1;
    for (let batch = 0; batch < batches; batch++) {
      const records = [];
      for (const [label, name] of CIFAR10_CLASSES.entries()) {
        const files = (await readdir(join(imageFolder, split, name))).sort();
        for (const image of files.slice((batch * count) / batches, ((batch + 1) * count) / batches)) {
          records.push(Buffer.of(label), await planes(join(imageFolder, split, name, image)));
        }
      }
      const name = split === 'train' ? `data_batch_${batch + 1}` : 'test_batch';
      archive.entry({ name: `cifar-10-batches-bin/${name}.bin` }, Buffer.concat(records));
    }
  }
  archive.finalize();
  await written;
}

async function planes(file) {
  const pixels = await sharp(await readFile(file))
    .raw()
    .toBuffer();
  return Buffer.concat(
    [0, 1, 2].map((channel) => Buffer.from({ length: 1024 }, () => 0).map((_, i) => pixels[3 * i + channel])),
  );
}
