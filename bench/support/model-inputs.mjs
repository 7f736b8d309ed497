// Files of models, and what a hub makes of them.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { judgeRefusal } from './dataset-inputs.mjs';
import { importFile } from './import-file.mjs';

/** Classes of the files, in the order of their outputs. */
export const LABELS = ['ant', 'bee', 'cat'];

/** Files that test/reference/keras_models.py made, whole and damaged, and files that are no models. */
export async function modelCases() {
  const saved = async (ending) => gunzipSync(await readFile(reference(`keras_model.${ending}.gz`)));
  const [keras, h5] = [await saved('keras'), await saved('h5')];
  const cut = (file) => file.subarray(0, file.length * 0.6);
  const of = (name, file, message) => ({ kind: 'model', name, file, expected: { code: 'WEIGHTS_REFUSED', message } });
  return [
    { kind: 'model', name: 'a .keras file', file: keras },
    { kind: 'model', name: 'an .h5 file', file: h5 },
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

/** Imports a file as the first version of a model of its own. */
export async function importCase(hub, folder, datasetVersionId, { file, labels = LABELS, expected }, number) {
  const path = join(folder, `model-${number}`);
  await writeFile(path, file);
  const input = { model: `model-${number}`, path, datasetVersionId, labels };
  const error = await importFile(hub.client, input).catch((failure) => failure);
  if (error) return expected ? judgeRefusal(error, expected) : { fault: `${error.code}: ${error.message}` };
  return expected ? { fault: 'imported' } : { isRefusal: false };
}
