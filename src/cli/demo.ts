import { access, mkdir, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import ora, { type Ora } from 'ora';
import { pino } from 'pino';
import { type Config, type ConfigInput, resolveConfig } from '../config.js';
import { CIFAR10_BINARY } from '../datasets/cifar10-binary.js';
import { HubError } from '../errors.js';
import { type Hub, SAMPLES, startHub } from '../main.js';
import { download } from '../storage/download.js';
import { HubClient } from './client.js';
import * as ask from './documents.js';
import { followToEnd } from './follow.js';
import { bytes, percent } from './format.js';
import { stopOnSignals } from './start.js';

interface DemoOptions extends ConfigInput {
  readonly full?: true;
  readonly from?: string;
  readonly weights?: string;
  readonly json?: true;
  readonly exit?: true;
}

/** A photo that the demo asks about, and what it shows if its name says so. */
interface Asked extends ask.ClassificationAnswer {
  readonly photo: string;
  readonly truth: string | null;
}

/**
 * `hub demo`: the main job from data to a served model, as a client of the hub that it starts. What an earlier demo
 * made is used again.
 */
export async function demo(options: DemoOptions): Promise<void> {
  const { full, from, weights, json, exit, ...hubOptions } = options;
  const data = options.data ?? 'data';
  const downloads = join(data, 'downloads');
  const allow = [...(options.allow ?? []), downloads, ...(from ? [from] : []), ...(weights ? [weights] : [])];
  const config = resolveConfig({ ...hubOptions, allow });
  if (from) await requirePath('--from', from);
  if (weights) await requirePath('--weights', weights);
  await mkdir(downloads, { recursive: true, mode: 0o700 }); // the data folder too, which is its owner's alone

  const line = ora({ text: 'Starting the hub' }).start();
  const hub = await startAnywhere(config).catch((error: unknown) => {
    line.fail(); // else it would spin on, and the process with it
    throw error;
  });
  stopOnSignals(hub);
  const client = new HubClient(hub.url, hub.token);
  try {
    await hub.ready;
    line.succeed(`Hub at ${hub.url}`);
    const archive = full ? await downloadCifar10(downloads, line) : (from ?? join(SAMPLES, 'cifar10-sample.tar.gz'));
    const dataset = full ? 'cifar10' : from ? nameOf(from) : 'cifar10-sample';
    const version = await registerData(client, dataset, archive, line);
    const backbone = await chooseBackbone(client, weights, line);
    const run = await trainOnce(client, version, backbone.name, line);
    const model = from ? dataset : 'cifar10';
    const promoted = await promote(client, run, model, line);
    const photos = from ? [] : await classifyPhotos(client, model, line);
    if (json) {
      const { url, token } = hub;
      const { testAccuracy } = run;
      const result = {
        url,
        token,
        datasetVersion: version,
        run,
        backbone,
        testAccuracy,
        modelVersion: promoted,
        classifications: photos,
      };
      process.stdout.write(`${JSON.stringify(result)}\n`);
    } else {
      process.stdout.write(answersTable(photos));
      if (!exit) process.stdout.write(howToAsk(hub, config, model));
    }
  } catch (error) {
    line.fail();
    await hub.close();
    throw error;
  }
  if (exit) await hub.close();
}

/** Says what is wrong with a path before anything is started for it. */
async function requirePath(option: string, path: string): Promise<void> {
  await access(path).catch(() => {
    throw new HubError('BAD_INPUT', `${option}: ${resolve(path)} cannot be read: give the path of what is there.`);
  });
}

/** On the port that was asked for, or on a free one where that is taken: a demo should not fail on that. */
async function startAnywhere(config: Config): Promise<Hub> {
  const log = pino(pino.destination({ dest: join(config.data, 'hub.log'), sync: false }));
  try {
    return await startHub(config, log);
  } catch (error) {
    if (error instanceof HubError && error.code === 'CONFLICT') return startHub({ ...config, port: 0 }, log);
    throw error;
  }
}

async function downloadCifar10(folder: string, line: Ora): Promise<string> {
  line.start('Downloading CIFAR-10');
  const file = await download(CIFAR10_BINARY, folder, (done, total) => {
    line.text = `Downloading CIFAR-10: ${bytes(done)} of ${bytes(total)}`;
  }).catch((error: unknown) => {
    throw new HubError('BAD_INPUT', `CIFAR-10 cannot be had: ${(error as Error).message}`);
  });
  line.succeed('CIFAR-10 downloaded');
  return file;
}

async function registerData(
  client: HubClient,
  dataset: string,
  path: string,
  line: Ora,
): Promise<ask.DatasetVersionAnswer> {
  line.start(`Registering ${basename(path)}`);
  const { datasets } = await client.request<{ datasets: { name: string }[] }>(ask.DATASETS);
  if (!datasets.some(({ name }) => name === dataset)) await client.request(ask.CREATE_DATASET, { name: dataset });
  const variables = { dataset, path: resolve(path) };
  const answer = await client.request<{ registerDatasetVersion: ask.DatasetVersionAnswer }>(
    ask.REGISTER_PATH,
    variables,
  );
  const version = answer.registerDatasetVersion;
  const splits = version.splits
    .filter(({ images }) => images > 0)
    .map(({ split, images }) => `${images} ${split.toLowerCase()}`);
  line.succeed(`Dataset ${dataset} version ${version.number}: ${splits.join(', ')}; ${version.classes.length} classes`);
  return version;
}

/** The weights that were given, else ImageNet's, else the bundled ones: and which, is said. */
async function chooseBackbone(client: HubClient, weights: string | undefined, line: Ora): Promise<{ name: string }> {
  const add = async (name: string, path: string | null): Promise<{ name: string; trainedOn: string }> =>
    (await client.request<{ addBackbone: { name: string; trainedOn: string } }>(ask.ADD_BACKBONE, { name, path }))
      .addBackbone;
  if (weights) {
    line.start(`Reading ${basename(weights)}`);
    const backbone = await add(nameOf(weights), resolve(weights));
    line.succeed(`Backbone ${backbone.name}`);
    return backbone;
  }
  line.start('Fetching ImageNet weights (88 MB)');
  try {
    const backbone = await add('imagenet', null);
    line.succeed(`Backbone ${backbone.name}: ${backbone.trainedOn}`);
    return backbone;
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== 'BACKBONE_UNAVAILABLE') throw error;
    line.warn(error.message);
    const backbone = await add('tiny-imagenet', null);
    line.warn(`Backbone ${backbone.name} instead: ${backbone.trainedOn}`);
    return backbone;
  }
}

async function trainOnce(
  client: HubClient,
  version: ask.DatasetVersionAnswer,
  backbone: string,
  line: Ora,
): Promise<ask.RunAnswer> {
  const { runs } = await client.request<{ runs: { runs: ask.RunAnswer[] } }>(ask.RUNS);
  const same = runs.runs.filter((run) => run.datasetVersion.id === version.id && run.backboneName === backbone);
  const done = same.find((run) => run.state === 'SUCCEEDED');
  const waiting = same.find((run) => run.state === 'QUEUED' || run.state === 'RUNNING');
  const run = done ?? waiting ?? (await start());
  if (!done) return followToEnd(client, run.id, line);
  line.succeed(`Run ${done.id}: test accuracy ${percent(done.testAccuracy ?? 0)}, trained before`);
  return done;

  async function start(): Promise<ask.RunAnswer> {
    const variables = { input: { datasetVersionId: version.id, backbone } };
    return (await client.request<{ startTransferRun: ask.RunAnswer }>(ask.START_TRANSFER, variables)).startTransferRun;
  }
}

async function promote(client: HubClient, run: ask.RunAnswer, model: string, line: Ora): Promise<ask.VersionAnswer> {
  line.start('Promoting');
  const variables = { runId: run.id, model };
  const registered = (
    await client.request<{ registerModelVersion: ask.VersionAnswer }>(ask.REGISTER_VERSION, variables)
  ).registerModelVersion;
  const { number: version } = registered;
  const promoted = registered.aliases.includes('production')
    ? registered
    : (
        await client.request<{ promoteModelVersion: ask.VersionAnswer }>(ask.PROMOTE, {
          model,
          version,
          reason: 'demo',
        })
      ).promoteModelVersion;
  line.succeed(`Model ${model} version ${version} serves as production`);
  return promoted;
}

/** Photos of the samples that are in no split of the sample dataset; their names begin with what they show. */
async function classifyPhotos(client: HubClient, model: string, line: Ora): Promise<Asked[]> {
  line.start('Classifying photos');
  const folder = join(SAMPLES, 'photos');
  const answers: Asked[] = [];
  for (const photo of (await readdir(folder)).sort()) {
    const { classify } = await client.upload<{ classify: ask.ClassificationAnswer }>(
      ask.CLASSIFY,
      'image',
      join(folder, photo),
      { model },
    );
    answers.push({ photo, truth: photo.split('-')[0] ?? null, ...classify });
  }
  const right = answers.filter(({ label, truth }) => label === truth).length;
  line.succeed(`${right} of ${answers.length} photos that it has never seen are classified right`);
  return answers;
}

function answersTable(photos: readonly Asked[]): string {
  const rows = photos.map(
    ({ photo, label, confidence, milliseconds }) =>
      `  ${photo.padEnd(22)} ${label.padEnd(12)} ${percent(confidence).padStart(7)} ${milliseconds.toFixed(0).padStart(6)} ms`,
  );
  return `\n${rows.join('\n')}\n\n`;
}

function howToAsk(hub: Hub, config: Config, model: string): string {
  const token = join(config.data, 'token');
  return `Serving at ${hub.url}/graphql (token in ${token}). Ask about a photo of yours:
  curl -H "Authorization: Bearer $(cat ${token})" -H "apollo-require-preflight: true" ${hub.url}/graphql \\
    -F operations='{"query":"mutation($f:Upload!){classify(image:$f,model:\\"${model}\\"){label confidence}}","variables":{"f":null}}' \\
    -F map='{"0":["variables.f"]}' -F 0=@photo.jpg

Ctrl-C stops it.
`;
}

/** A name for what lies at a path: of its characters those that a name may have. */
function nameOf(path: string): string {
  const name = basename(resolve(path))
    .toLowerCase()
    .replace(/\.(h5|zip|tar|tar\.gz|tgz)$/, '');
  return (
    name
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/^[^a-z0-9]+/, '')
      .slice(0, 64) || 'mine'
  );
}
