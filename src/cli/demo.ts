import { access, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { type Hub, startHub } from '../app/hub.js';
import { SAMPLES } from '../app/packaged.js';
import { type Config, type ConfigInput, resolveConfig } from '../config.js';
import { HubError } from '../errors.js';
import { createDataFolder } from '../storage/data-folder.js';
import { HubClient } from './client.js';
import {
  chooseBackbone,
  classifyPhotos,
  downloadCifar10,
  nameFor,
  type PhotoAnswer,
  promoteRun,
  registerData,
  trainOnce,
} from './demo-steps.js';
import { percent } from './format.js';
import { createLog } from './log.js';
import { spinner } from './spinner.js';
import { hubAddressText, stopOnSignals } from './start.js';
import { terminal } from './terminal.js';

export interface DemoOptions extends ConfigInput {
  readonly full?: true;
  readonly from?: string;
  readonly weights?: string;
  readonly json?: true;
  readonly exit?: true;
}

/**
 * `hub demo`: from a dataset to a served model, as a client of the hub that it starts. Reuses the results of an earlier
 * demo.
 */
export async function demo(options: DemoOptions): Promise<void> {
  const { full, from, weights, json, exit, ...hubOptions } = options;
  const data = options.data ?? 'data';
  const downloads = join(data, 'downloads');
  const allow = [...(options.allow ?? []), downloads, ...(from ? [from] : []), ...(weights ? [weights] : [])];
  const config = resolveConfig({ ...hubOptions, allow });
  if (from) await requirePath('--from', from);
  if (weights) await requirePath('--weights', weights);
  await createDataFolder(resolve(config.data));
  await mkdir(downloads, { recursive: true });

  const line = spinner('Starting the hub').start();
  const hub = await startAnywhere(config).catch((error: unknown) => {
    line.fail(); // stops the spinner, which would keep the process alive
    throw error;
  });
  stopOnSignals(hub);
  const client = new HubClient(hub.url, hub.token);
  try {
    await hub.ready;
    line.succeed(`Hub at ${hub.url}`);
    const archive = full ? await downloadCifar10(downloads, line) : (from ?? join(SAMPLES, 'cifar10-sample.tar.gz'));
    const dataset = full ? 'cifar10' : from ? nameFor(from) : 'cifar10-sample';
    const datasetVersion = await registerData(client, dataset, archive, line);
    const backbone = await chooseBackbone(client, weights, line);
    const run = await trainOnce(client, datasetVersion, backbone.name, line);
    const model = from ? dataset : 'cifar10';
    const modelVersion = await promoteRun(client, run, model, line);
    const classifications = from ? [] : await classifyPhotos(client, model, line);
    if (json) {
      const { url, token } = hub;
      const { testAccuracy } = run;
      const result = { url, token, datasetVersion, run, backbone, testAccuracy, modelVersion, classifications };
      terminal().stdout.write(`${JSON.stringify(result)}\n`);
    } else {
      terminal().stdout.write(answersTable(classifications));
      if (!exit) terminal().stdout.write(howToAsk(hub, config, model));
    }
  } catch (error) {
    line.fail();
    await hub.close();
    throw error;
  }
  if (exit) await hub.close();
}

/** Checks a path before anything is started. @throws BAD_INPUT when it cannot be read. */
async function requirePath(option: string, path: string): Promise<void> {
  await access(path).catch(() => {
    throw new HubError('BAD_INPUT', `${option}: ${resolve(path)} cannot be read: give an existing path.`);
  });
}

/** Starts the hub on the requested port, or on a free one if that is taken. */
async function startAnywhere(config: Config): Promise<Hub> {
  const log = createLog({}, pino.destination({ dest: join(config.data, 'hub.log'), sync: false }));
  try {
    return await startHub(config, log);
  } catch (error) {
    if (error instanceof HubError && error.code === 'CONFLICT') return startHub({ ...config, port: 0 }, log);
    throw error;
  }
}

function answersTable(photos: readonly PhotoAnswer[]): string {
  const rows = photos.map(
    ({ photo, label, confidence, milliseconds }) =>
      `  ${photo.padEnd(22)} ${label.padEnd(12)} ${percent(confidence).padStart(7)} ${milliseconds.toFixed(0).padStart(6)} ms`,
  );
  return `\n${rows.join('\n')}\n\n`;
}

function howToAsk(hub: Hub, config: Config, model: string): string {
  const token = join(config.data, 'token');
  return `${hubAddressText(hub)}
The API is at ${hub.url}/graphql (token in ${token}). Classify a photo of yours:
  curl -H "Authorization: Bearer $(cat ${token})" -H "apollo-require-preflight: true" ${hub.url}/graphql \\
    -F operations='{"query":"mutation($f:Upload!){classify(image:$f,model:\\"${model}\\"){label confidence}}","variables":{"f":null}}' \\
    -F map='{"0":["variables.f"]}' -F 0=@photo.jpg

Press Ctrl-C to stop the hub.
`;
}
