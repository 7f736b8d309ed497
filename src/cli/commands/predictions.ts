import type { Command } from 'commander';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { maybe, moment, percent, short } from '../format.js';
import { number, wholeNumber } from '../numbers.js';
import { print, sections, table } from '../output.js';
import { GIVE_FEEDBACK, PREDICTIONS, SET_PREDICTION_LOG, TRAFFIC } from '../requests/prediction.js';

interface ListOptions extends ConnectionOptions {
  readonly version?: number;
  readonly label?: string;
  readonly wrong?: true;
  readonly first: number;
  readonly after?: string;
}

interface LogOptions extends ConnectionOptions {
  readonly sample: number;
  readonly days: number;
  readonly photos?: true;
  readonly reason: string;
}

export function predictionsCommand(program: Command): void {
  const predictions = program.command('predictions').description('What was answered, where a model keeps it.');

  withConnection(
    predictions
      .command('log')
      .description("Say which share of a model's answers is kept, and for how long.")
      .argument('<model>', 'its name')
      .requiredOption('--sample <number>', 'share of the answers, 0 (none) to 1', number)
      .requiredOption('--reason <text>', 'why; the audit keeps it')
      .option('--days <number>', 'after which they are deleted', wholeNumber, 30)
      .option('--photos', 'keep the photos too'),
  ).action(async (model: string, options: LogOptions) => {
    const { sample, days: keepDays, photos: keepPhotos = false, reason } = options;
    const client = await connect(options);
    const { setPredictionLog } = await client.request(SET_PREDICTION_LOG, {
      ...{ model, sample, keepDays, keepPhotos, reason },
    });
    const kept = `${percent(sample)} of the answers of ${model} are kept for ${keepDays} days`;
    print(options, { predictionLog: setPredictionLog.predictionLog }, () => kept);
  });

  withConnection(
    predictions
      .command('list')
      .description('List what was answered, newest first.')
      .argument('<model>', 'its name')
      .option('--version <number>', 'by one version', wholeNumber)
      .option('--label <name>', 'with this label')
      .option('--wrong', 'only what somebody said is wrong')
      .option('--first <number>', 'how many', wholeNumber, 50)
      .option('--after <id>', 'behind this one'),
  ).action(async (model: string, options: ListOptions) => {
    const { version = null, label = null, wrong = null, first, after = null } = options;
    const variables = { filter: { model, version, label, wrong }, page: { first, after } };
    const { predictions: page } = await (await connect(options)).request(PREDICTIONS, variables);
    print(options, page, () =>
      sections(
        table(
          ['when', ' version', 'label', ' confidence', ' ms', 'right label', 'photo', 'id'],
          page.predictions.map(({ id, version, at, inputHash, label, confidence, milliseconds, rightLabel }) => [
            ...[moment(at), version, label, percent(confidence), short(milliseconds)],
            ...[rightLabel, inputHash.slice(0, 12), id],
          ]),
        ),
        page.next === null ? '' : `More with --after ${page.next}`,
      ),
    );
  });

  withConnection(
    predictions
      .command('traffic')
      .description('Say of each version how often it was right, and whether what it is asked has changed.')
      .argument('<model>', 'its name'),
  ).action(async (model: string, options: ConnectionOptions) => {
    const { traffic } = await (await connect(options)).request(TRAFFIC, { model });
    print(options, { traffic }, () =>
      sections(
        table(
          [' version', ' answers', ' judged', ' right', '95 %', 'drift'],
          traffic.map(({ version, predictions, feedback, drift }) => {
            const { judged, accuracy, low, high } = feedback;
            const interval = low !== null && high !== null ? `${percent(low)} to ${percent(high)}` : null;
            return [version, predictions, judged, maybe(accuracy, percent), interval, drift.verdict];
          }),
        ),
        ...traffic.map(({ version, drift }) => `version ${version}: ${drift.text}`),
      ),
    );
  });

  withConnection(
    predictions
      .command('feedback')
      .description('Say what a photo shows.')
      .argument('<prediction>', 'id of the answer')
      .argument('<label>', "one of the version's labels"),
  ).action(async (predictionId: string, label: string, options: ConnectionOptions) => {
    const { giveFeedback } = await (await connect(options)).request(GIVE_FEEDBACK, { predictionId, label });
    const right = giveFeedback.label === label ? 'right' : 'wrong';
    print(options, { prediction: giveFeedback }, () => `${giveFeedback.label} was ${right}`);
  });
}
