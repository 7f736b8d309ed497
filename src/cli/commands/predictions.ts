import type { Command } from 'commander';
import { HubError } from '../../errors.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { pageOf } from '../connection-page.js';
import { findVersion } from '../find-version.js';
import { count, maybe, moment, percent, short } from '../format.js';
import { number, wholeNumber } from '../numbers.js';
import { fields, print, sections, table } from '../output.js';
import {
  ADD_JUDGED_PHOTOS,
  GIVE_FEEDBACK,
  PREDICTIONS,
  REVIEW_QUEUE,
  SET_PREDICTION_LOG,
  TAKE_BACK_FEEDBACK,
  TRAFFIC,
} from '../requests/prediction.js';
import { working } from '../working.js';
import { addPhotoDeletion } from './photo-deletion.js';
import { addSimilarToPrediction } from './similar.js';

interface ListOptions extends ConnectionOptions {
  readonly version?: number;
  readonly label?: string;
  readonly wrong?: true;
  readonly first: number;
  readonly after?: string;
}

interface FeedbackOptions extends ConnectionOptions {
  readonly none?: true;
  readonly takeBack?: true;
}

interface ReviewOptions extends ConnectionOptions {
  readonly first: number;
  readonly differing?: boolean;
}

interface AddOptions extends ConnectionOptions {
  readonly into?: string;
  readonly version?: number;
  readonly wrong?: true;
}

interface LogOptions extends ConnectionOptions {
  readonly sample: number;
  readonly days: number;
  readonly photos?: true;
  readonly photoDays?: number;
  readonly reason: string;
}

export function predictionsCommand(program: Command): void {
  const predictions = program.command('predictions').description('The kept answers of a model, and feedback on them.');

  withConnection(
    predictions
      .command('log')
      .description('Set the share of answers that a model keeps, and for how long.')
      .argument('<model>', 'name of the model')
      .requiredOption('--sample <number>', 'share of the answers, 0 (none) to 1', number)
      .requiredOption('--reason <text>', 'why; recorded in the audit log')
      .option('--days <number>', 'days after which they are deleted', wholeNumber, 30)
      .option('--photos', 'keep the photos too')
      .option(
        '--photo-days <number>',
        'days after which photos are deleted (default: with their answers)',
        wholeNumber,
      ),
  ).action(async (model: string, options: LogOptions) => {
    const { sample, days: keepDays, photos: keepPhotos = false, photoDays: keepPhotosDays = null, reason } = options;
    const client = await connect(options);
    const { setPredictionLog } = await client.request(SET_PREDICTION_LOG, {
      ...{ model, sample, keepDays, keepPhotos, keepPhotosDays, reason },
    });
    const photos = keepPhotosDays === null ? '' : `, photos for ${keepPhotosDays}`;
    const kept = `${percent(sample)} of the answers of ${model} are kept for ${keepDays} days${photos}`;
    print(options, { predictionLog: setPredictionLog.predictionLog }, () => kept);
  });

  withConnection(
    predictions
      .command('list')
      .description('List kept answers, newest first.')
      .argument('<model>', 'name of the model')
      .option('--version <number>', 'only answers of one version', wholeNumber)
      .option('--label <name>', 'only answers with this label')
      .option('--wrong', 'only answers that feedback says are wrong')
      .option('--first <number>', 'how many to list, 1 to 200', wholeNumber, 50)
      .option('--after <id>', 'id of the last answer of the previous page'),
  ).action(async (model: string, options: ListOptions) => {
    const { version = null, label = null, wrong = null, first, after = null } = options;
    const variables = { filter: { model, version, label, wrong }, first, after };
    const found = await (await connect(options)).request(PREDICTIONS, variables);
    const { nodes, next } = pageOf(found.predictions);
    print(options, { predictions: nodes, next }, () =>
      sections(
        table(
          ['when', ' version', 'label', ' confidence', ' ms', 'precision', 'right label', 'photo', 'id'],
          nodes.map(({ id, version, at, inputHash, label, confidence, milliseconds, precision, rightLabel }) => [
            ...[moment(at), version, label, percent(confidence), short(milliseconds), precision],
            ...[rightLabel, inputHash.slice(0, 12), id],
          ]),
        ),
        next === null ? '' : `Next page: --after ${next}`,
      ),
    );
  });

  withConnection(
    predictions
      .command('traffic')
      .description('Show the accuracy of each version on feedback, and whether its traffic has drifted.')
      .argument('<model>', 'name of the model'),
  ).action(async (model: string, options: ConnectionOptions) => {
    const { traffic } = await (await connect(options)).request(TRAFFIC, { model });
    print(options, { traffic }, () =>
      sections(
        table(
          [' version', ' answers', ' with feedback', ' accuracy', '95% interval', 'drift'],
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
      .description('Record what a photo shows, or take it back. It replaces earlier feedback.')
      .argument('<prediction>', 'id of the answer, see `hub predictions list` and `hub predictions review`')
      .argument('[label]', "what the photo shows: one of the version's labels")
      .option('--none', 'the photo shows none of the classes')
      .option('--take-back', 'take back the feedback of this token'),
  ).action(async (predictionId: string, label: string | undefined, options: FeedbackOptions) => {
    const { none = false, takeBack = false } = options;
    if (Number(label !== undefined) + Number(none) + Number(takeBack) !== 1) {
      throw new HubError('BAD_INPUT', 'Give a label, --none or --take-back, and only one of them.');
    }
    const client = await connect(options);
    if (takeBack) {
      const { takeBackFeedback } = await client.request(TAKE_BACK_FEEDBACK, { predictionId });
      return print(options, { prediction: takeBackFeedback }, () => 'The feedback was taken back');
    }
    const said = { predictionId, label: label ?? null, showsNone: none };
    const { giveFeedback } = await client.request(GIVE_FEEDBACK, said);
    const right = giveFeedback.label === label ? 'right' : 'wrong';
    print(options, { prediction: giveFeedback }, () =>
      none ? 'The photo shows none of the classes' : `The answer ${giveFeedback.label} was ${right}`,
    );
  });

  withConnection(
    predictions
      .command('review')
      .description('List the kept photos that nobody has judged, those first that teach most.')
      .argument('<model>', 'name of the model')
      .option('--first <number>', 'how many to list, 1 to 200', wholeNumber, 50)
      .option('--differing', 'only photos on which the versions of the newest rollout differ, in a fair order'),
  ).action(async (model: string, options: ReviewOptions) => {
    const { first, differing = false } = options;
    const { reviewQueue } = await (await connect(options)).request(REVIEW_QUEUE, { model, first, differing });
    const { reviews, left, agreement } = reviewQueue;
    const agreed = `${count(agreement.agreed)} of ${count(agreement.photos)} photos that several people judged`;
    print(options, reviewQueue, () =>
      sections(
        table(
          [
            ' score',
            ' version',
            'answer',
            ' confidence',
            'other answer',
            ' outlier score',
            'drift',
            'reserved by',
            'photo',
            'id',
          ],
          reviews.map(({ score, drift, reservedBy, prediction }) => [
            ...[maybe(score, (value) => value.toFixed(3)), prediction.version, prediction.label],
            ...[
              percent(prediction.confidence),
              differing ? prediction.rolloutLabel : prediction.otherLabel,
              maybe(prediction.outlierScore, short),
              drift,
              reservedBy,
            ],
            ...[prediction.inputHash.slice(0, 12), prediction.id],
          ]),
        ),
        `${count(left)} ${left === 1 ? 'photo' : 'photos'} left to judge${agreement.photos > 0 ? `; people agree on ${agreed}` : ''}`,
      ),
    );
  });

  addSimilarToPrediction(predictions);
  addPhotoDeletion(predictions);

  withConnection(
    predictions
      .command('add')
      .description('Make a dataset version with the photos that people judged, in its training split.')
      .argument('<model>', 'name of the model')
      .argument('[dataset]', 'dataset to whose version they are added (default: the only one)')
      .argument('[version]', 'number of that version (default: the newest)', wholeNumber)
      .option('--into <dataset>', 'dataset that gets the new version (default: the same)')
      .option('--version <number>', 'only answers of one version of the model', wholeNumber)
      .option('--wrong', 'only photos whose answer was wrong'),
  ).action(async (model: string, name: string | undefined, number: number | undefined, options: AddOptions) => {
    const client = await connect(options);
    const { into: dataset = null, version = null, wrong: onlyWrong = false } = options;
    const input = { model, to: await findVersion(client, name, number), dataset, version, onlyWrong };
    const { addJudgedPhotos } = await working('Adding', () => client.request(ADD_JUDGED_PHOTOS, { input }));
    const { datasetVersion, added, present, likeTest, notKept, showNone } = addJudgedPhotos;
    print(options, addJudgedPhotos, () =>
      fields({
        version: `${datasetVersion.dataset} ${datasetVersion.number}, ${count(datasetVersion.imageCount)} images`,
        added: count(added),
        'there already': count(present),
        'like a test or validation image': count(likeTest),
        'photo not kept': count(notKept),
        'shows none of the classes': count(showNone),
      }),
    );
  });
}
