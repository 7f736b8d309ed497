import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { SAMPLES } from '../app/packaged.js';
import { CIFAR10_BINARY } from '../datasets/cifar10-binary.js';
import { BUNDLED_LITE } from '../domain/backbone/published-backbones.js';
import { HubError } from '../errors.js';
import { download } from '../storage/download.js';
import { backboneText } from './backbone-text.js';
import { type HubClient, openFile } from './client.js';
import { bytes } from './format.js';
import type { Line } from './line.js';
import { Meter } from './progress.js';
import { ADD_BACKBONE } from './requests/backbone.js';
import { CLASSIFY, type Classification } from './requests/classify.js';
import { CREATE_DATASET, DATASETS, type DatasetVersion, REGISTER } from './requests/dataset.js';

/** A classified photo of the demo. `truth` is the class in its file name. */
export interface PhotoAnswer extends Classification {
  readonly photo: string;
  readonly truth: string | null;
}

/** Downloads the archive unless it is already there. @returns its path. @throws BAD_INPUT when it cannot be downloaded. */
export async function downloadCifar10(folder: string, line: Line): Promise<string> {
  line.start('Downloading CIFAR-10');
  const meter = new Meter(bytes);
  const file = await download(CIFAR10_BINARY, folder, (done, total) => {
    line.text = `Downloading CIFAR-10: ${meter.text(done, total)}`;
  }).catch((error: unknown) => {
    throw new HubError('BAD_INPUT', `CIFAR-10 cannot be downloaded: ${(error as Error).message}`);
  });
  line.succeed('CIFAR-10 downloaded');
  return file;
}

export async function registerData(
  client: HubClient,
  dataset: string,
  path: string,
  line: Line,
): Promise<DatasetVersion> {
  line.start(`Reading ${basename(path)}`);
  const { datasets } = await client.request(DATASETS);
  if (!datasets.some(({ name }) => name === dataset)) await client.request(CREATE_DATASET, { name: dataset });
  const answer = await client.request(REGISTER, { input: { dataset, path: resolve(path) } });
  const version = answer.registerDatasetVersion;
  const splits = version.splits
    .filter(({ images }) => images > 0)
    .map(({ split, images }) => `${images} ${split.toLowerCase()}`);
  line.succeed(`Dataset ${dataset} version ${version.number}: ${splits.join(', ')}; ${version.classes.length} classes`);
  return version;
}

/** The backbone of the demo unless another is given: of those that need no download, the most accurate (ADR 6). */
const BACKBONE = BUNDLED_LITE;

/** Adds the backbone: of the given file, or the built-in one of the given name. Prints which one is used. */
export async function addBackbone(
  client: HubClient,
  { weights, backbone: builtIn = BACKBONE }: { readonly weights?: string; readonly backbone?: string },
  line: Line,
): Promise<{ name: string }> {
  const add = async (name: string, path: string | null) =>
    (await client.request(ADD_BACKBONE, { name, path })).addBackbone;
  if (weights) {
    line.start(`Reading ${basename(weights)}`);
    const backbone = await add(nameFor(weights), resolve(weights));
    line.succeed(`Backbone ${backbone.name}`);
    return backbone;
  }
  line.start(`Adding the backbone ${builtIn}`);
  const backbone = await add(builtIn, null);
  line.succeed(`${backboneText(backbone)}; license: ${backbone.licence}`);
  return backbone;
}

/** Classifies the sample photos, which are in no split of the sample dataset. File names start with the class. */
export async function classifyPhotos(client: HubClient, model: string, line: Line): Promise<PhotoAnswer[]> {
  line.start('Classifying photos');
  const folder = join(SAMPLES, 'photos');
  const variables = { image: null, model, alias: 'production', topK: 3 };
  const answers: PhotoAnswer[] = [];
  for (const photo of (await readdir(folder)).sort()) {
    const file = await openFile(join(folder, photo));
    const { classify } = await client.upload(CLASSIFY, 'variables.image', file, variables);
    answers.push({ photo, truth: photo.split('-')[0] ?? null, ...classify });
  }
  const right = answers.filter(({ label, truth }) => label === truth).length;
  line.succeed(`${right} of ${answers.length} unseen photos classified correctly`);
  return answers;
}

/** A valid name derived from the last part of a path. */
export function nameFor(path: string): string {
  const name = basename(resolve(path))
    .toLowerCase()
    .replace(/\.(h5|keras|zip|tar|tar\.gz|tgz)$/, '');
  return (
    name
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/^[^a-z0-9]+/, '')
      .slice(0, 64) || 'mine'
  );
}
