// Files of models, and what a hub makes of them.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { judgeRefusal } from './dataset-inputs.mjs';
import { importFile } from './import-file.mjs';
import { kerasBackbones, kerasModels } from './keras-inputs.mjs';

/** Probabilities may differ from those of Keras by this. */
const PROBABILITY_ERROR = 1e-4;
/** Classes of the files, in the order of their outputs. */
export const LABELS = ['ant', 'bee', 'cat'];

/** Models that Keras saved, whole and damaged, and files that are no models. */
export async function modelCases() {
  const saved = async (ending) => gunzipSync(await readFile(reference(`keras_model.${ending}.gz`)));
  const [keras, h5] = [await saved('keras'), await saved('h5')];
  const cut = (file) => file.subarray(0, file.length * 0.6);
  const of = (name, file, message) => ({ kind: 'model', name, file, expected: { code: 'WEIGHTS_REFUSED', message } });
  return [
    ...(await kerasModels()),
    of('a .keras file that was cut', cut(keras), 'its zip archive is damaged'),
    of('an .h5 file that was cut', cut(h5), 'it is damaged'),
    of('an .h5 file that refers to another', await readFile(reference('external_data.h5')), 'save the whole model'),
    of('an empty file', Buffer.alloc(0), 'neither a Keras model'),
    of('a text', Buffer.from('this is no model'), 'neither a Keras model'),
    of(
      'a safetensors file with a broken header',
      Buffer.concat([Buffer.from([9, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{"a": 1,}')]),
      'its header is not a JSON object',
    ),
    {
      ...{ kind: 'model', name: 'fewer labels than outputs', file: keras, labels: ['ant', 'bee'] },
      expected: { code: 'BAD_INPUT', message: 'The model has 3 outputs, and there are 2 labels' },
    },
  ];
}

const reference = (name) => fileURLToPath(new URL(`../../test/reference/${name}`, import.meta.url));

/**
 * Imports a file as the first version of a model of its own. A version that Keras knows must answer as in Keras.
 * @param versionFor gives the id of the dataset version with so many classes.
 */
export async function importCase(hub, folder, versionFor, { file, labels, answers, expected }, number) {
  const path = join(folder, `model-${number}`);
  await writeFile(path, file);
  const names = labels ?? LABELS.slice(0, answers?.probabilities[0].length);
  const datasetVersionId = versionFor(answers ? names.length : LABELS.length);
  const input = { model: `model-${number}`, path, datasetVersionId, labels: names };
  const error = await importFile(hub.client, input).catch((failure) => failure);
  if (error) return expected ? judgeRefusal(error, expected) : { fault: `${error.code}: ${error.message}` };
  return expected ? { fault: 'imported' } : judgeAnswers(hub, input.model, answers);
}

/** Promotes version 1 and compares its answers. */
async function judgeAnswers({ client, url, token }, model, { input: side, pixels, probabilities }) {
  await client.request(
    `mutation ($model: String!) {
      promoteModelVersion(input: { model: $model, version: 1, reason: "bench", now: true }) { id }
    }`,
    { model },
  );
  const { length } = probabilities;
  const image = { name: 'image', shape: [length, side, side, 3], datatype: 'UINT8', data: pixels };
  const response = await fetch(`${url}/v2/models/${model}/infer`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ inputs: [image], outputs: [{ name: 'probabilities' }] }),
  });
  const answer = await response.json();
  const found = answer.outputs?.[0]?.data;
  if (!found) return { fault: JSON.stringify(answer) };
  const expected = probabilities.flat();
  const error = Math.max(...expected.map((value, i) => Math.abs(value - found[i])));
  return error < PROBABILITY_ERROR ? { isRefusal: false } : { fault: `probabilities differ by ${error}` };
}

/** Adds backbones that have the same weights: the hub takes the first, and refuses the others as its twins. */
export async function judgeBackbones({ client }, folder) {
  const twin = 'The backbone backbone-0 has this name or these weights already.';
  const judged = [];
  for (const [i, one] of (await kerasBackbones()).entries()) {
    const [name, path] = [`backbone-${i}`, join(folder, `backbone-${i}-${one.name}`)];
    await writeFile(path, one.file);
    const add = 'mutation ($name: String!, $path: String!) { addBackbone(input: { name: $name, path: $path }) { id } }';
    const message = await client.request(add, { name, path }).then(
      () => null,
      (error) => error.message,
    );
    judged.push([one, message === (i === 0 ? null : twin) ? { isRefusal: false } : { fault: message ?? 'added' }]);
  }
  return judged;
}
