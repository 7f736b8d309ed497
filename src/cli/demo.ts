import { access, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { type Hub, startHub } from '../app/hub.js';
import { SAMPLES } from '../app/packaged.js';
import { type Config, type ConfigInput, resolveConfig } from '../config.js';
import { HubError } from '../errors.js';
import { createDataFolder } from '../storage/data-folder.js';
import { HubClient } from './client.js';
import { addBackbone, classifyPhotos, downloadCifar10, nameFor, type PhotoAnswer, registerData } from './demo-steps.js';
import { answersTable, howToAsk } from './demo-text.js';
import { fineTune, productionOf, promote, registerRun, trainHead } from './demo-training.js';
import { createLog } from './log.js';
import type { ModelVersion } from './requests/model.js';
import type { Run } from './requests/run.js';
import { spinner } from './spinner.js';
import { stopOnSignals } from './start.js';
import { terminal } from './terminal.js';

export interface DemoOptions extends ConfigInput {
  readonly full?: true;
  readonly from?: string;
  readonly weights?: string;
  readonly backbone?: string;
  readonly json?: true;
  readonly exit?: true;
  /** False stops after the head. */
  readonly fineTune?: boolean;
}

/** A trained version, and what it answered. */
interface Step {
  readonly run: Run;
  readonly testAccuracy: number | null;
  readonly modelVersion: ModelVersion;
  /** Answers to the sample photos; none unless it serves as production. */
  readonly classifications: readonly PhotoAnswer[];
}

/**
 * `hub demo`: from a dataset to a served model, and to a better one, as a client of the hub that it starts. Reuses the
 * results of an earlier demo.
 */
export async function demo(options: DemoOptions): Promise<void> {
  const began = performance.now();
  const { full, from, weights, backbone: builtIn, json, exit, fineTune: tunes = true, ...hubOptions } = options;
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
  const stopping = stopOnSignals(hub);
  const client = new HubClient(hub.url, hub.token as string);
  const elapsed = (): number => (performance.now() - began) / 1000;
  try {
    await hub.ready;
    line.succeed(`Hub at ${hub.url}`);
    const archive = full ? await downloadCifar10(downloads, line) : (from ?? join(SAMPLES, 'cifar10-sample.tar.gz'));
    const dataset = full ? 'cifar10' : from ? nameFor(from) : 'cifar10-sample';
    const model = from ? dataset : 'cifar10';
    const datasetVersion = await registerData(client, dataset, archive, line);
    const backbone = await addBackbone(
      client,
      { ...(weights && { weights }), ...(builtIn && { backbone: builtIn }) },
      line,
    );

    /** Registers, promotes and asks a version. A newer one in production stays there. */
    const serve = async (run: Run, now: boolean): Promise<Step> => {
      line.start('Registering the model version');
      const registered = await registerRun(client, run, model);
      const production = await productionOf(client, model);
      const isNewest = production === null || production < registered.number;
      if (!isNewest) line.succeed(`Model ${model} version ${production} serves as production`);
      const modelVersion = (isNewest && (await promote(client, registered, now, line))) || registered;
      const serves = modelVersion.aliases.includes('production');
      const classifications = serves && !from ? await classifyPhotos(client, model, line) : [];
      return { run, testAccuracy: run.testAccuracy, modelVersion, classifications };
    };

    const steps = [await serve(await trainHead(client, datasetVersion, backbone.name, line), true)];
    const firstAnswer = elapsed();
    if (tunes) {
      const note = `Classify photos at ${hub.url} while the backbone is fine-tuned.`;
      steps.push(await serve(await fineTune(client, (steps[0] as Step).run, line, note), false));
    }

    if (json) {
      const serving = steps.findLast(({ modelVersion }) => modelVersion.aliases.includes('production')) ?? steps.at(-1);
      const { url, token } = hub;
      terminal().stdout.write(
        `${JSON.stringify({ url, token, datasetVersion, backbone, ...serving, steps, seconds: { firstAnswer, total: elapsed() } })}\n`,
      );
    } else {
      const asked = steps.filter(({ classifications }) => classifications.length > 0);
      terminal().stdout.write(
        answersTable(asked.map(({ modelVersion: { number }, classifications: answers }) => ({ number, answers }))),
      );
      if (!exit) terminal().stdout.write(howToAsk(hub, config, model));
    }
  } catch (error) {
    if (stopping.aborted) {
      line.info('Stopping. "hub demo" continues from here.');
      return; // the process ends when the hub is closed
    }
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
