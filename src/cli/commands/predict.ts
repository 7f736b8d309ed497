import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { PREDICTION_FORMATS, type PredictionFormat } from '../../domain/prediction-job/prediction-job.js';
import { HubError } from '../../errors.js';
import type { HubClient } from '../client.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { pageOf } from '../connection-page.js';
import { bytes, maybe, moment, percent, shortId } from '../format.js';
import { interruptible } from '../interrupt.js';
import { saveDownload } from '../model-export.js';
import { wholeNumber } from '../numbers.js';
import { fields, print, table } from '../output.js';
import { type SourceOptions, startPrediction } from '../prediction-source.js';
import {
  CANCEL_PREDICTION,
  DELETE_PREDICTION,
  PREDICTION_JOB,
  PREDICTION_JOBS,
  type PredictionJob,
} from '../requests/prediction-job.js';
import { spinner } from '../spinner.js';

/** Milliseconds between two requests for the state of a job. */
const POLL_MS = 500;

interface StartOptions extends ConnectionOptions, SourceOptions {
  readonly version?: number;
  readonly topK: number;
  readonly format: PredictionFormat;
  readonly out?: string;
  readonly review?: true;
  readonly detach?: true;
}

const formatOption = (): Option =>
  new Option('--format <format>', 'form of the answers').choices(PREDICTION_FORMATS).default('csv');
const JOB = ['<job>', 'id, see `hub predict list`'] as const;

export function predictCommand(program: Command): void {
  const predict = program.command('predict').description('Classify all photos of a folder, an archive or a dataset.');
  addStart(predict);
  addDownload(predict);

  withConnection(
    predict
      .command('list')
      .description('List the jobs, newest first.')
      .option('--model <name>', 'only those of one model'),
  ).action(async (options: ConnectionOptions & { readonly model?: string }) => {
    const { model = null } = options;
    const found = await (await connect(options)).request(PREDICTION_JOBS, { first: 50, model });
    const { nodes: jobs, next } = pageOf(found.predictionJobs);
    print(options, { jobs, next }, () =>
      table(
        ['job', 'state', 'model', ' photos', ' read', 'source', 'owner', 'created'],
        jobs.map(({ id, state, model: name, version, photos, share, source, owner, createdAt }) => [
          ...[shortId(id), state, `${name} ${version}`, photos, maybe(share, percent), source.name],
          ...[owner?.name, moment(createdAt)],
        ]),
      ),
    );
  });

  withConnection(
    predict
      .command('show')
      .description('Show a job.')
      .argument(...JOB),
  ).action(async (id: string, options: ConnectionOptions) => {
    const job = await requireJob(await connect(options), id);
    print(options, { job }, () => jobText(job));
  });

  withConnection(
    predict
      .command('cancel')
      .description('Cancel a job. Its answers so far can be downloaded.')
      .argument(...JOB),
  ).action(async (id: string, options: ConnectionOptions) => {
    const { cancelPrediction } = await (await connect(options)).request(CANCEL_PREDICTION, { id });
    print(options, { job: cancelPrediction }, () => `Job ${id}: ${cancelPrediction.state}`);
  });

  withConnection(
    predict
      .command('delete')
      .description('Delete a job that has ended, with its answers.')
      .argument(...JOB),
  ).action(async (id: string, options: ConnectionOptions) => {
    await (await connect(options)).request(DELETE_PREDICTION, { id });
    print(options, { deleted: id }, () => `Job ${id} is deleted`);
  });
}

function addStart(predict: Command): void {
  withConnection(
    predict
      .command('start')
      .description('Start a job, wait for it and save its answers. Ctrl-C stops waiting; the job continues.')
      .argument('<model>', 'name of the model')
      .argument(
        '[path]',
        'a folder or archive on the server, in a folder given with --allow; or the https address of an archive',
      )
      .option('--upload', 'upload the folder or archive from this machine')
      .option('--dataset <name>', 'classify the images of a dataset version instead')
      .option('--dataset-version <number>', 'number of the dataset version (default: the newest)', wholeNumber)
      .addOption(new Option('--split <name>', 'only this split').choices(['train', 'validation', 'test']))
      .option('--name-encoding <encoding>', 'encoding of names in a zip archive that are not UTF-8, such as cp437')
      .option('--version <number>', 'number of the model version (default: production)', wholeNumber)
      .option('--top-k <number>', 'classes to list for each photo', wholeNumber, 5)
      .option('--review', 'keep the photos with their answers for the review queue of the model')
      .addOption(formatOption())
      .option('--out <file>', 'file for the answers (default: a name that the hub gives)')
      .option('--detach', 'do not wait for the end'),
  ).action(async (model: string, path: string | undefined, options: StartOptions) => {
    const client = await connect(options);
    const { version = null, topK, review = false, format, out } = options;
    const about = { model, version, topK, keepForReview: review };
    const started = await startPrediction(client, about, path, options);
    if (options.detach) {
      const text = `Job ${started.id} is queued: "hub predict show ${started.id}" shows it.`;
      return print(options, { job: started }, () => text);
    }
    const job = await interruptible((signal) => waitFor(client, started, signal));
    const saved = await save(client, job, format, out);
    print(options, { job, saved }, () => `${jobText(job)}\n\n${savedText(saved)}`);
  });
}

function addDownload(predict: Command): void {
  withConnection(
    predict
      .command('download')
      .description('Save the answers of a job that has ended.')
      .argument(...JOB)
      .addOption(formatOption())
      .option('--out <file>', 'file to write (default: a name that the hub gives)'),
  ).action(async (id: string, options: ConnectionOptions & Pick<StartOptions, 'format' | 'out'>) => {
    const client = await connect(options);
    const saved = await save(client, await requireJob(client, id), options.format, options.out);
    print(options, { saved }, () => savedText(saved));
  });
}

type Saved = Awaited<ReturnType<typeof saveDownload>>;

function save(client: HubClient, { id }: PredictionJob, format: PredictionFormat, out?: string): Promise<Saved> {
  return saveDownload(client, `/v1/predictions/${id}?format=${format}`, out);
}

const savedText = ({ file, bytes: size }: Saved): string => `${file}: ${bytes(size)}`;

/** Waits for a job. @throws RUN_FAILED or RUN_CANCELLED when it did not succeed; INTERRUPTED when the signal is aborted. */
async function waitFor(client: HubClient, started: PredictionJob, signal: AbortSignal): Promise<PredictionJob> {
  const line = spinner('Prediction').start();
  try {
    for (let now = started; ; now = await requireJob(client, started.id)) {
      const { state, photos, share, error } = now;
      line.text = `Prediction: ${photos} photos${share === null ? '' : `, ${percent(share)} read`}`;
      if (state === 'SUCCEEDED') return now;
      if (state === 'FAILED') throw new HubError('RUN_FAILED', `The job ${now.id} failed: ${error?.message}`);
      if (state === 'CANCELLED') throw new HubError('RUN_CANCELLED', `The job ${now.id} is CANCELLED.`);
      await sleep(POLL_MS, undefined, { signal }).catch(() => {
        const message = `The job continues in the hub: "hub predict show ${now.id}" shows it.`;
        throw new HubError('INTERRUPTED', message);
      });
    }
  } finally {
    line.stop();
  }
}

async function requireJob(client: HubClient, id: string): Promise<PredictionJob> {
  const { predictionJob } = await client.request(PREDICTION_JOB, { id });
  if (predictionJob) return predictionJob;
  throw new HubError('NOT_FOUND', `There is no prediction job ${id}: "hub predict list" lists them.`);
}

function jobText(job: PredictionJob): string {
  const { id, state, model, version, source, photos, refused, keepForReview, kept, share, error } = job;
  return fields({
    job: id,
    state,
    model: `${model} ${version}`,
    source: `${source.name}${source.split ? `, ${source.split.toLowerCase()}` : ''}`,
    photos,
    refused: refused || null,
    'kept for review': keepForReview ? kept : null,
    read: maybe(share, percent),
    error: error && `${error.code}: ${error.message}`,
  });
}
