import { type Command, Option } from 'commander';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { findVersion } from '../find-version.js';
import { short } from '../format.js';
import type { ResultOf } from '../graphql.js';
import { wholeNumber } from '../numbers.js';
import { print, sections, table } from '../output.js';
import { SIMILAR_TO_IMAGE, SIMILAR_TO_PREDICTION } from '../requests/dataset.js';

interface SimilarOptions extends ConnectionOptions {
  readonly version?: number;
  readonly first: number;
  readonly split?: keyof typeof SPLITS;
}

const SPLITS = { train: 'TRAIN', validation: 'VALIDATION', test: 'TEST' } as const;

/** `hub dataset similar` */
export function addSimilar(dataset: Command): void {
  withSimilarOptions(
    dataset
      .command('similar')
      .description('List the images of a version that look like one of them to a network.')
      .argument('<dataset>', 'name of the dataset')
      .argument('<row>', 'position of the image in the version, from 0', wholeNumber)
      .option('--version <number>', 'number of the version (default: the newest)', wholeNumber),
  ).action(async (name: string, row: number, options: SimilarOptions) => {
    const client = await connect(options);
    const datasetVersionId = await findVersion(client, name, options.version);
    const asked = { datasetVersionId, row, ...wanted(options) };
    const { similarImages: similar } = await client.request(SIMILAR_TO_IMAGE, asked);
    print(options, { similar }, () => similarText(similar));
  });
}

/** `hub predictions similar` */
export function addSimilarToPrediction(predictions: Command): void {
  withSimilarOptions(
    predictions
      .command('similar')
      .description(
        'List the images that look like the photo of an answer, of the data on which its version was trained.',
      )
      .argument('<prediction>', 'id of the answer, see `hub predictions list`'),
  ).action(async (id: string, options: SimilarOptions) => {
    const client = await connect(options);
    const { similarToPrediction: similar } = await client.request(SIMILAR_TO_PREDICTION, { id, ...wanted(options) });
    print(options, { similar }, () => similarText(similar));
  });
}

function withSimilarOptions(command: Command): Command {
  return withConnection(
    command
      .option('--first <number>', 'how many to list, 1 to 100', wholeNumber, 12)
      .addOption(new Option('--split <name>', 'only images of this split').choices(Object.keys(SPLITS))),
  );
}

const wanted = ({ first, split }: SimilarOptions) => ({ first, split: split ? SPLITS[split] : null });

function similarText(similar: ResultOf<typeof SIMILAR_TO_IMAGE>['similarImages']): string {
  const { backbone, imageSize, datasetVersion, images } = similar;
  return sections(
    table(
      [' similarity', ' row', 'class', 'split', 'image'],
      images.map(({ similarity, image: { row, label, split, name } }) => [
        ...[short(similarity), row, label, split.toLowerCase(), name],
      ]),
    ),
    `Of ${datasetVersion.dataset} version ${datasetVersion.number}, by the features of ${backbone} at ${imageSize} px`,
  );
}
