import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ora from 'ora';
import { HubError } from '../errors.js';
import { PIPELINES, type PipelineName } from '../training/presets.js';
import { HubClient } from './client.js';
import * as ask from './documents.js';
import { followToEnd } from './follow.js';

interface TrainOptions {
  readonly dataset: string;
  readonly datasetVersion?: string;
  readonly backbone: string;
  readonly recipe: PipelineName;
  readonly imageSize: string;
  readonly seed: string;
  readonly url: string;
  readonly token?: string;
  readonly data: string;
  readonly json?: true;
}

/** `hub train`: the runs of a pipeline, each going on where the one before it ended. */
export async function train(options: TrainOptions): Promise<void> {
  const client = new HubClient(options.url, await tokenOf(options));
  const datasetVersionId = await findVersion(client, options);
  const recipe = { imageSize: Number(options.imageSize), seed: Number(options.seed) };
  const { preset, stages } = PIPELINES[options.recipe];
  const line = ora();
  try {
    const input = { datasetVersionId, backbone: options.backbone, preset: preset.toUpperCase(), recipe };
    const { startTransferRun } = await client.request<{ startTransferRun: ask.RunAnswer }>(ask.START_TRANSFER, {
      input,
    });
    const count = stages.length + 1;
    const titled = (stage: number, kind: string): string => (count > 1 ? `Stage ${stage} of ${count}, ${kind}` : 'Run');
    const runs = [await followToEnd(client, startTransferRun.id, line, titled(1, 'transfer'))];
    for (const [i, stage] of stages.entries()) {
      const parentRunId = runs.at(-1)?.id;
      const { startFineTuneRun } = await client.request<{ startFineTuneRun: ask.RunAnswer }>(ask.START_FINE_TUNE, {
        input: { parentRunId, ...stage },
      });
      runs.push(await followToEnd(client, startFineTuneRun.id, line, titled(i + 2, 'fine-tuning')));
    }
    if (options.json) process.stdout.write(`${JSON.stringify({ runs })}\n`);
  } catch (error) {
    line.stop();
    throw error;
  }
}

async function tokenOf({ token, data }: TrainOptions): Promise<string> {
  const given = token ?? process.env.HUB_TOKEN;
  if (given) return given;
  const file = join(data, 'token');
  return readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => {
      throw new HubError('UNAUTHENTICATED', `There is no token: ${file} cannot be read, and --token is not given.`);
    },
  );
}

async function findVersion(client: HubClient, { dataset, datasetVersion }: TrainOptions): Promise<string> {
  const answer = await client.request<{ dataset: { versions: { id: string; number: number }[] } | null }>(ask.DATASET, {
    name: dataset,
  });
  if (!answer.dataset) throw new HubError('NOT_FOUND', `There is no dataset named ${dataset}.`);
  const { versions } = answer.dataset; // newest first
  const found = datasetVersion ? versions.find(({ number }) => number === Number(datasetVersion)) : versions[0];
  if (found) return found.id;
  throw new HubError('NOT_FOUND', `The dataset ${dataset} has no version ${datasetVersion ?? 'yet'}.`);
}
