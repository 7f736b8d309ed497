import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { importFile } from './import-file.mjs';
import { runPeer } from './python.mjs';

/** What is exported. */
const MODEL = 'cifar10';
const SCRIPT = join('..', '..', 'test', 'reference', 'export_check.py');
/** Milliseconds between looks at the form with 8 bits. */
const POLL_MS = 200;
/** Pictures that the hub is asked about at once. */
const ASKED = 32;

/** Exports a version in every format, asks the hub and Python about the same pictures. @returns a row per format. */
export async function compareExports(python, hub, folder, { number, side, pictures }) {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'pictures'), pictures);
  const { labels, exports } = await readyVersion(hub.client, number);
  const files = [];
  const seconds = {};
  for (const { format: name, link } of exports) {
    const format = name.toLowerCase().replace('_', '-');
    const file = format === 'keras' ? 'model.h5' : `model.${format}`;
    const began = performance.now();
    const content = await hub.client.download(link);
    await pipeline(content.body, createWriteStream(join(folder, file)));
    seconds[format] = (performance.now() - began) / 1000;
    const expected = format === 'onnx-int8' ? 'int8' : 'fp32';
    files.push({ format, file, expected });
  }
  for (const precision of new Set(files.map(({ expected }) => expected))) {
    await hub.client.request(
      `mutation { setServingPrecision(input: { model: "${MODEL}", version: ${number}, precision: ${precision.toUpperCase()} }) { number } }`,
    );
    await writeFile(join(folder, precision), await answersOf(hub, MODEL, number, side, pictures));
  }
  await writeFile(join(folder, 'checks.json'), JSON.stringify({ side, classes: labels.length, files }));
  const { results } = await runPeer(python, SCRIPT, [folder]);
  return results.map((result) => {
    if (result.labels.join() !== labels.join()) throw new Error(`${result.format} has the labels ${result.labels}`);
    return { format: result.format, difference: result.difference, seconds: seconds[result.format] };
  });
}

/** Has the hub take in what Keras saved, and asks both about the same pictures. @returns a row per kind of file. */
export async function compareImports(python, hub, folder, { datasetVersionId, side, pictures, weights }) {
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'pictures');
  await writeFile(file, pictures);
  const sizes = ['--size', '75', '--side', String(side), '--classes', '10'];
  const files = ['--weights', resolve(weights), '--pictures', file, '--out', folder];
  await runPeer(python, 'keras_save.py', [...files, ...sizes]);
  const bytes = await readFile(join(folder, 'expected'));
  const expected = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const rows = [];
  for (const format of ['h5', 'keras']) {
    const began = performance.now();
    const input = { model: format, path: join(folder, `model.${format}`), datasetVersionId };
    const error = await importFile(hub.client, input);
    if (error) throw new Error(error.message);
    const seconds = (performance.now() - began) / 1000;
    const answers = await answersOf(hub, format, 1, side, pictures);
    const difference = answers.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
    rows.push({ format: `.${format}`, difference, seconds });
  }
  return rows;
}

/** Waits until the form with 8 bits is made. */
async function readyVersion(client, number) {
  for (;;) {
    const { model } = await client.request(
      `{ model(name: "${MODEL}") { versions { number labels serving { state } exports { format link } } } }`,
    );
    const version = model.versions.find((one) => one.number === number);
    if (version.serving.state !== 'PENDING') return version;
    await delay(POLL_MS);
  }
}

/** Probabilities as the hub answers them, float32. */
async function answersOf(hub, model, number, side, pictures) {
  const bytes = side * side * 3;
  const answers = [];
  for (let at = 0; at < pictures.length; at += ASKED * bytes) {
    const some = pictures.subarray(at, at + ASKED * bytes);
    const shape = [some.length / bytes, side, side, 3];
    answers.push(...(await infer(hub, model, number, { name: 'image', datatype: 'UINT8', shape, data: [...some] })));
  }
  return Float32Array.from(answers);
}

async function infer({ url, token }, model, number, input) {
  const response = await fetch(`${url}/v2/models/${model}/versions/${number}/infer`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ inputs: [input], outputs: [{ name: 'probabilities' }] }),
  });
  const { outputs, error } = await response.json();
  if (error) throw new Error(error);
  return outputs[0].data;
}
