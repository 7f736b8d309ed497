import { type Command, Option } from 'commander';
import { HubError } from '../../errors.js';
import type { HubClient } from '../client.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { versionFields } from '../dataset-text.js';
import { findVersion } from '../find-version.js';
import { count } from '../format.js';
import type { ResultOf } from '../graphql.js';
import { nameValuePairs, number, wholeNumber } from '../numbers.js';
import { print, sections, table } from '../output.js';
import { DELETE_DATASET, DELETE_VERSION, DERIVE, DIFF } from '../requests/dataset.js';
import { working } from '../working.js';

interface DeriveOptions extends ConnectionOptions {
  readonly merge?: readonly string[];
  readonly into?: string;
  readonly classes?: readonly string[];
  readonly rename?: readonly (readonly [string, string])[];
  readonly relabel?: readonly (readonly [string, string])[];
  readonly without?: readonly string[];
  readonly fraction?: number;
  readonly seed?: number;
  readonly duplicates: 'keep' | 'exact' | 'near';
}

const HANDLING = { keep: 'KEEP', exact: 'DROP_EXACT', near: 'DROP_NEAR' } as const;
/** Changes of each kind that `diff` names. */
const NAMED_CHANGES = 20;

export function addDerive(dataset: Command): void {
  withConnection(
    dataset
      .command('derive')
      .description('Derive a version from another one, or from several.')
      .argument('<dataset>', 'name of the dataset')
      .argument('[version]', 'number of the version (default: the newest)', wholeNumber)
      .option('--merge <versions...>', 'versions whose images to add, each as name:number')
      .option('--into <dataset>', 'dataset that gets the version (default: the first one)')
      .option('--classes <names...>', 'classes to keep (default: all)')
      .option('--rename <old=new>', 'rename a class, or merge it into another one; repeatable', nameValuePairs)
      .option('--relabel <image=class>', 'move an image, by its SHA-256, to another class; repeatable', nameValuePairs)
      .option('--without <images...>', 'images to leave out, by SHA-256')
      .option('--fraction <share>', 'share of each class of each split to keep', number)
      .option('--seed <number>', 'seed of the choice of that share', wholeNumber)
      .addOption(
        new Option(
          '--duplicates <which>',
          'exact drops images with the same bytes, near also those that look almost the same',
        )
          .choices(Object.keys(HANDLING))
          .default('keep'),
      ),
  ).action(async (name: string, number: number | undefined, options: DeriveOptions) => {
    const client = await connect(options);
    const from = [await findVersion(client, name, number)];
    for (const other of options.merge ?? []) from.push(await findNamed(client, other));
    const { into, classes, rename, relabel, without, seed } = options;
    const input = {
      from,
      ...(into ? { dataset: into } : {}),
      ...(classes ? { classes: [...classes] } : {}),
      ...(rename ? { rename: rename.map(([old, to]) => ({ from: old, to })) } : {}),
      ...(relabel ? { relabel: relabel.map(([image, to]) => ({ image, to })) } : {}),
      ...(without ? { without: [...without] } : {}),
      ...(options.fraction === undefined ? {} : { fraction: options.fraction }),
      ...(seed === undefined ? {} : { seed }),
      duplicates: HANDLING[options.duplicates],
    };
    const { deriveDatasetVersion: version } = await working('Deriving', () => client.request(DERIVE, { input }));
    print(options, { datasetVersion: version }, () => versionFields(version));
  });
}

export function addDiff(dataset: Command): void {
  withConnection(
    dataset
      .command('diff')
      .description('Compare the images of two versions.')
      .argument('<from>', 'as name:number')
      .argument('<to>', 'as name:number'),
  ).action(async (from: string, to: string, options: ConnectionOptions) => {
    const client = await connect(options);
    const variables = { from: await findNamed(client, from), to: await findNamed(client, to), first: NAMED_CHANGES };
    const { diffDatasetVersions: difference } = await client.request(DIFF, variables);
    print(options, { difference }, () => differenceText(difference));
  });
}

export function addDelete(dataset: Command): void {
  withConnection(
    dataset
      .command('delete')
      .description('Delete a version that nothing refers to or, without a number, a dataset that has no versions.')
      .argument('<dataset>', 'name of the dataset')
      .argument('[version]', 'number of the version', wholeNumber),
  ).action(async (name: string, number: number | undefined, options: ConnectionOptions) => {
    const client = await connect(options);
    if (number === undefined) await client.request(DELETE_DATASET, { name });
    else await client.request(DELETE_VERSION, { id: await findVersion(client, name, number) });
    const what = number === undefined ? name : `${name} version ${number}`;
    print(options, { deleted: { dataset: name, version: number ?? null } }, () => `${what} is deleted`);
  });
}

async function findNamed(client: HubClient, text: string): Promise<string> {
  const [, name, number] = /^(.+):(\d+)$/.exec(text) ?? [];
  if (name && number) return findVersion(client, name, Number(number));
  throw new HubError('BAD_INPUT', `"${text}" names no version: give it as name:number, such as cifar10:2.`);
}

type Difference = ResultOf<typeof DIFF>['diffDatasetVersions'];

function differenceText({ unchanged, ...kinds }: Difference): string {
  const place = (image: { label: string; split: string } | null): string | null =>
    image && `${image.label}, ${image.split.toLowerCase()}`;
  const named = Object.entries(kinds).flatMap(([kind, { changes }]) =>
    changes.map(({ before, after }) => [kind, (after ?? before)?.name, place(before), place(after)]),
  );
  return sections(
    table(
      ['what', ' images'],
      [...Object.entries(kinds).map(([kind, { total }]) => [kind, count(total)]), ['unchanged', count(unchanged)]],
    ),
    named.length === 0 ? '' : table(['what', 'image', 'before', 'after'], named),
  );
}
