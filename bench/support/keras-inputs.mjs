// Files that Keras saved: models with their answers in Keras, and backbones, which all have the same weights.
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';

const reference = (name) => fileURLToPath(new URL(`../../test/reference/${name}`, import.meta.url));
const readJson = async (name) => JSON.parse(await readFile(reference(name), 'utf8'));
const FORMS = 'keras_forms';
const isModel = (name) => /-(operators|sequential|inner)\./.test(name);

/** Models of keras_models.py, keras_forms.py and keras_heads.py. `answers`: pictures and the probabilities that Keras gave. */
export async function kerasModels() {
  const one = (name, file, answers) => ({ kind: 'model', name, file, answers });
  const saved = await readJson('keras_model.json');
  const forms = { input: 32, ...(await readJson(`${FORMS}/answers.json`)) };
  const { cases: heads } = await readJson('keras_heads.json');
  const files = brotliDecompressSync(await readFile(reference('keras_heads.br')));
  return [
    ...(await Promise.all(
      ['keras', 'h5'].map(async (ending) => {
        return one(`a .${ending} file`, await unpacked(`keras_model.${ending}.gz`), noise(saved));
      }),
    )),
    ...(await Promise.all(
      (await formNames()).filter(isModel).map(async (name) => {
        return one(`Keras ${name}`, await unpacked(`${FORMS}/${name}.gz`), noise(forms));
      }),
    )),
    ...heads.map((head, i) =>
      one(`head: ${head.name}`, files.subarray(heads[i - 1]?.end ?? 0, head.end), dimmed(head)),
    ),
  ];
}

/** Backbones of keras_forms.py: one network in every form in which Keras 2 and 3 save it. */
export async function kerasBackbones() {
  const names = (await formNames()).filter((name) => !/-(operators|sequential)\./.test(name));
  return Promise.all(
    names.map(async (name) => ({ kind: 'backbone', name, file: await unpacked(`${FORMS}/${name}.gz`) })),
  );
}

async function formNames() {
  const names = await readdir(reference(FORMS));
  return names.filter((name) => name.endsWith('.gz')).map((name) => name.slice(0, -'.gz'.length));
}

const unpacked = async (name) => gunzipSync(await readFile(reference(name)));
const noiseAt = (i) => Math.floor(((i * 2654435761) % 2 ** 32) / 2 ** 24);

/** The pictures of keras_models.py and keras_forms.py. */
function noise({ input, probabilities }) {
  const pixels = Array.from({ length: probabilities.length * input * input * 3 }, (_, i) => noiseAt(i));
  return { input, pixels, probabilities };
}

/** The pictures of keras_heads.py: each is brighter than the one before. */
function dimmed({ input, probabilities }) {
  const values = input * input * 3;
  const { length } = probabilities;
  const pixels = Array.from({ length: length * values }, (_, i) =>
    Math.floor((noiseAt(i) * (Math.floor(i / values) + 1)) / length),
  );
  return { input, pixels, probabilities };
}
