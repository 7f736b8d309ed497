import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { HubError } from '../../errors.js';
import type { HubClient } from '../client.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { pageOf } from '../connection-page.js';
import { versionFields } from '../dataset-text.js';
import { estimateText } from '../estimate-text.js';
import { findVersion } from '../find-version.js';
import { duration, maybe, percent, short } from '../format.js';
import type { VariablesOf } from '../graphql.js';
import { interruptible } from '../interrupt.js';
import { wholeNumber } from '../numbers.js';
import { fields, print, sections, table } from '../output.js';
import { Meter } from '../progress.js';
import { ESTIMATE_EXAMINATION, type Estimate } from '../requests/estimate.js';
import {
  CANCEL_EXAMINATION,
  DECIDE_IMAGE,
  DERIVE_DECIDED,
  EXAMINATION,
  type Examination,
  FINDINGS,
  START_EXAMINATION,
  UNDO_DECISION,
} from '../requests/examination.js';
import { spinner } from '../spinner.js';
import { terminal } from '../terminal.js';
import { working } from '../working.js';

/** Milliseconds between two requests for the state. */
const POLL_MS = 500;

/** Steps in which the progress of a network is counted. */
const PER_NETWORK = 100;

const KINDS = { label: 'LABEL', outlier: 'OUTLIER', contradiction: 'CONTRADICTION' } as const;

interface StartOptions extends ConnectionOptions {
  readonly backbone: string;
  readonly imageSize: number;
  readonly thorough?: true;
  readonly estimate?: true;
  readonly detach?: true;
}

interface ListOptions extends ConnectionOptions {
  readonly kind: keyof typeof KINDS;
  readonly all?: true;
  readonly first: number;
  readonly after?: string;
}

interface DecideOptions extends ConnectionOptions {
  readonly version?: number;
  readonly label?: string;
  readonly leaveOut?: true;
  readonly dismiss?: true;
  readonly undo?: true;
}

export function examinationCommand(program: Command): void {
  const examination = program
    .command('examination')
    .description('Search dataset versions for wrong labels, outliers and contradictions, and decide on them.');
  addStart(examination);
  addList(examination);
  addDecide(examination);

  ofVersion(examination.command('show').description('Show the examination of a version.')).action(
    async (name: string, number: number | undefined, options: ConnectionOptions) => {
      const client = await connect(options);
      const found = await require(client, await findVersion(client, name, number));
      print(options, { examination: found }, () => examinationText(found));
    },
  );

  ofVersion(examination.command('cancel').description('Cancel the examination of a version.')).action(
    async (name: string, number: number | undefined, options: ConnectionOptions) => {
      const client = await connect(options);
      const datasetVersionId = await findVersion(client, name, number);
      const { cancelExamination } = await client.request(CANCEL_EXAMINATION, { datasetVersionId });
      print(options, { examination: cancelExamination }, () => `Examination of ${name}: ${cancelExamination.state}`);
    },
  );

  ofVersion(
    examination
      .command('derive')
      .description('Derive a version in which the decisions on images are carried out.')
      .option('--into <dataset>', 'dataset that gets the version (default: the same)'),
  ).action(
    async (name: string, number: number | undefined, options: ConnectionOptions & { readonly into?: string }) => {
      const client = await connect(options);
      const asked = { datasetVersionId: await findVersion(client, name, number), dataset: options.into ?? null };
      const { deriveDecided } = await working('Deriving', () => client.request(DERIVE_DECIDED, asked));
      print(options, { datasetVersion: deriveDecided }, () => versionFields(deriveDecided));
    },
  );
}

function ofVersion(command: Command): Command {
  return withConnection(
    command
      .argument('<dataset>', 'name of the dataset')
      .argument('[version]', 'number of the version (default: the newest)', wholeNumber),
  );
}

function addStart(examination: Command): void {
  ofVersion(
    examination
      .command('start')
      .description('Examine a version, and wait for the end. Ctrl-C stops waiting; the examination continues.')
      .option('--backbone <name>', 'backbone whose features are compared', 'efficientnet-lite0')
      .option('--image-size <pixels>', 'side of the image that the backbone sees', wholeNumber, 128)
      .option(
        '--thorough',
        'judge labels by networks that are fine-tuned for it, too: finds more, and takes far longer',
      )
      .option('--estimate', 'estimate time and memory without starting')
      .option('--detach', 'do not wait for the end'),
  ).action(async (name: string, number: number | undefined, options: StartOptions) => {
    const { backbone, imageSize, thorough, detach } = options;
    const client = await connect(options);
    const datasetVersionId = await findVersion(client, name, number);
    const mode = thorough ? 'THOROUGH' : 'QUICK';
    const input = { datasetVersionId, backbone, imageSize, mode } as const;
    if (options.estimate) {
      const estimate = await estimateOf(client, input);
      return print(options, { estimate }, () => estimateText(estimate));
    }
    if (thorough) await tellTime(client, input);
    const { startExamination: started } = await client.request(START_EXAMINATION, { input });
    const ended = detach ? started : await interruptible((signal) => waitFor(client, datasetVersionId, name, signal));
    print(options, { examination: ended }, () => examinationText(ended));
  });
}

type StartInput = VariablesOf<typeof START_EXAMINATION>['input'];

async function estimateOf(client: HubClient, input: StartInput): Promise<Estimate> {
  return (await working('Estimating', () => client.request(ESTIMATE_EXAMINATION, { input }))).estimateExamination;
}

/** Tells on standard error how long an examination takes, or why that is not known. */
async function tellTime(client: HubClient, input: StartInput): Promise<void> {
  try {
    const { seconds } = await estimateOf(client, input);
    terminal().stderr.write(`The networks of this examination take about ${duration(seconds)}.\n`);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    terminal().stderr.write(`How long the networks take is not known: ${error.message}\n`);
  }
}

function addList(examination: Command): void {
  ofVersion(
    examination
      .command('list')
      .description('List findings that nobody has decided on, worst first.')
      .addOption(new Option('--kind <kind>', 'which findings').choices(Object.keys(KINDS)).default('label'))
      .option('--all', 'list those too that somebody has decided on')
      .option('--first <number>', 'how many to list, 1 to 200', wholeNumber, 50)
      .option('--after <cursor>', 'cursor of the last finding of the previous page'),
  ).action(async (name: string, number: number | undefined, options: ListOptions) => {
    const { kind, all = false, first, after = null } = options;
    const client = await connect(options);
    const id = await findVersion(client, name, number);
    const { datasetVersion } = await client.request(FINDINGS, { id, kind: KINDS[kind], open: !all, first, after });
    if (!datasetVersion?.examination) throw notExamined(name);
    const { nodes, next } = pageOf(datasetVersion.examination.findings);
    print(options, { findings: nodes, next }, () =>
      sections(
        table(
          ['class', 'split', 'suggested', ' given', ' suggested', ' distance', 'decision', 'file', 'image'],
          nodes.map(({ image, suggested, given, probability, distance, decision }) => [
            ...[image.label, image.split.toLowerCase(), suggested, maybe(given, percent)],
            ...[maybe(probability, percent), maybe(distance, short)],
            ...[
              decision && (decision.label ?? decision.kind.toLowerCase().replace('_', ' ')),
              image.name,
              image.sha256,
            ],
          ]),
        ),
        next === null ? '' : `Next page: --after ${next}`,
      ),
    );
  });
}

function addDecide(examination: Command): void {
  withConnection(
    examination
      .command('decide')
      .description('Decide what becomes of an image in the next version.')
      .argument('<dataset>', 'name of the dataset')
      .argument('<image>', 'SHA-256 of the image, see `hub examination list`')
      .option('--version <number>', 'number of the version (default: the newest)', wholeNumber)
      .option('--label <class>', 'it gets this class')
      .option('--leave-out', 'it is left out')
      .option('--dismiss', 'it stays as it is')
      .option('--undo', 'take the decision back'),
  ).action(async (name: string, image: string, options: DecideOptions) => {
    const { label, leaveOut, dismiss, undo } = options;
    if ([label, leaveOut, dismiss, undo].filter((given) => given !== undefined).length !== 1) {
      throw new HubError('BAD_INPUT', 'Give exactly one of --label, --leave-out, --dismiss and --undo.');
    }
    const client = await connect(options);
    const place = { datasetVersionId: await findVersion(client, name, options.version), image };
    if (undo) {
      const { undoDecision: undone } = await client.request(UNDO_DECISION, place);
      return print(options, { undone }, () => (undone ? 'The decision is taken back' : 'There was no decision'));
    }
    const kind = label !== undefined ? 'RELABEL' : leaveOut ? 'LEAVE_OUT' : 'DISMISS';
    const { decideImage } = await client.request(DECIDE_IMAGE, { ...place, kind, label: label ?? null });
    const becomes = label ?? (leaveOut ? 'left out' : 'as it is');
    print(options, { decision: decideImage }, () => `The image in the next version: ${becomes}`);
  });
}

/** Waits for an examination. @throws RUN_FAILED or RUN_CANCELLED when it did not succeed; INTERRUPTED when the signal is aborted. */
async function waitFor(client: HubClient, id: string, name: string, signal: AbortSignal): Promise<Examination> {
  const line = spinner('Examination').start();
  const meter = new Meter();
  try {
    for (;;) {
      const now = await require(client, id);
      const { state, progress, error } = now;
      if (progress) {
        const { done, total, secondsLeft } = progress;
        line.text = `Examination, ${phaseText(progress)}: ${meter.text(done, total, secondsLeft)}`;
      }
      if (state === 'SUCCEEDED') return now;
      if (state === 'FAILED') throw new HubError('RUN_FAILED', `The examination failed: ${error?.message}`);
      if (state === 'CANCELLED') throw new HubError('RUN_CANCELLED', 'The examination is CANCELLED.');
      await sleep(POLL_MS, undefined, { signal }).catch(() => {
        const message = `The examination continues in the hub: "hub examination show ${name}" shows it.`;
        throw new HubError('INTERRUPTED', message);
      });
    }
  } finally {
    line.stop();
  }
}

/** The phase; of the networks, which of them. */
function phaseText({ phase, done, total }: NonNullable<Examination['progress']>): string {
  if (phase !== 'NETWORKS') return phase.toLowerCase();
  return `network ${Math.min(Math.floor(done / PER_NETWORK) + 1, total / PER_NETWORK)} of ${total / PER_NETWORK}`;
}

async function require(client: HubClient, id: string): Promise<Examination> {
  const { datasetVersion } = await client.request(EXAMINATION, { id });
  if (datasetVersion?.examination) return datasetVersion.examination;
  throw notExamined('this version');
}

function notExamined(name: string): HubError {
  return new HubError('NOT_FOUND', `There is no examination of ${name}: "hub examination start" starts one.`);
}

function examinationText({ state, backbone, imageSize, mode, counts, error }: Examination): string {
  return fields({
    state,
    mode: mode.toLowerCase(),
    features: `${backbone} at ${imageSize} px`,
    'estimated wrong labels': counts?.errors,
    'suspected labels': counts?.labels,
    outliers: counts?.outliers,
    contradictions: counts?.contradictions,
    changes: counts?.changes,
    error: error && `${error.code}: ${error.message}`,
  });
}
