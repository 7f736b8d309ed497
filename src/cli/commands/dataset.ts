import type { Command } from 'commander';
import { HubError } from '../../errors.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { VERSION_HEADS, versionFields, versionRow } from '../dataset-text.js';
import { type IngestOptions, ingestVersion } from '../ingestion.js';
import { number, wholeNumber } from '../numbers.js';
import { fields, print, sections, table } from '../output.js';
import { CREATE_DATASET, DATASET, DATASETS } from '../requests/dataset.js';
import { addDelete, addDerive, addDiff } from './dataset-versions.js';
import { addSimilar } from './similar.js';

export function datasetCommand(program: Command): void {
  const dataset = program.command('dataset').description('Datasets and their versions.');

  withConnection(dataset.command('list').description('List the datasets.')).action(
    async (options: ConnectionOptions) => {
      const { datasets } = await (await connect(options)).request(DATASETS);
      print(options, { datasets }, () =>
        table(
          ['dataset', ' versions', ' images', ' classes', 'description'],
          datasets.map(({ name, versions, description }) => {
            const [newest] = versions;
            return [name, versions.length, newest?.imageCount, newest?.classes.length, description];
          }),
        ),
      );
    },
  );

  withConnection(
    dataset
      .command('show')
      .description('Show a dataset and one of its versions.')
      .argument('<dataset>', 'name of the dataset')
      .argument('[version]', 'number of the version (default: the newest)', wholeNumber),
  ).action(async (name: string, number: number | undefined, options: ConnectionOptions) => {
    const { dataset: found } = await (await connect(options)).request(DATASET, { name });
    if (!found) throw new HubError('NOT_FOUND', `There is no dataset named ${name}: "hub dataset list" lists them.`);
    const { versions } = found; // newest first
    const version = number === undefined ? (versions[0] ?? null) : versions.find((each) => each.number === number);
    if (version === undefined) throw new HubError('NOT_FOUND', `The dataset ${name} has no version ${number}.`);
    print(options, { dataset: found, version }, () =>
      sections(
        fields({ dataset: found.name, description: found.description, owner: found.owner?.name }),
        table(VERSION_HEADS, versions.map(versionRow)),
        version === null ? '' : versionFields(version),
      ),
    );
  });

  withConnection(
    dataset
      .command('create')
      .description('Create a dataset without versions.')
      .argument('<dataset>', 'name of the dataset')
      .option('--description <text>', 'description of the dataset'),
  ).action(async (name: string, options: ConnectionOptions & { readonly description?: string }) => {
    const { description = null } = options;
    const { createDataset } = await (await connect(options)).request(CREATE_DATASET, { name, description });
    print(options, { dataset: createDataset }, () => `Dataset ${createDataset.name}`);
  });

  withConnection(
    dataset
      .command('register')
      .description('Ingest labeled images as a version of a dataset.')
      .argument('<dataset>', 'name of an existing dataset')
      .argument(
        '<path>',
        'a folder or a zip, tar, tar.gz or tar.zst archive on the server, in a folder given with --allow; or an https address',
      )
      .option('--upload', 'upload the folder or archive from this machine')
      .option('--test-fraction <share>', 'share of each class to draw as test split when the source has none', number)
      .option(
        '--validation-fraction <share>',
        'share of each class to draw as validation split when the source has none',
        number,
      )
      .option('--seed <number>', 'seed of the draw', wholeNumber)
      .option('--name-encoding <encoding>', 'encoding of names in a zip archive that are not UTF-8, such as cp437'),
  ).action(async (name: string, path: string, options: ConnectionOptions & IngestOptions) => {
    const version = await ingestVersion(await connect(options), name, path, options);
    print(options, { datasetVersion: version }, () => versionFields(version));
  });

  addDerive(dataset);
  addDiff(dataset);
  addSimilar(dataset);
  addDelete(dataset);
}
