import { bytes, count, moment } from './format.js';
import { type Cell, fields, sections, table } from './output.js';
import type { DatasetVersion } from './requests/dataset.js';

/** Column heads of a table of dataset versions. */
export const VERSION_HEADS = [' version', ' images', ' classes', ' refused', 'source', 'owner', 'registered'];

export function versionRow(version: DatasetVersion): Cell[] {
  const { number, imageCount, classes, rejectedCount, source, owner, createdAt } = version;
  return [number, count(imageCount), classes.length, count(rejectedCount), source, owner?.name, moment(createdAt)];
}

export function versionFields(version: DatasetVersion): string {
  const { splits, rejected, rejectedCount, width, height, statistics, derivation } = version;
  return sections(
    fields({
      version: `${version.dataset} ${version.number}`,
      id: version.id,
      owner: version.owner?.name,
      'content hash': version.contentHash,
      images: `${count(version.imageCount)}, ${bytes(version.bytes)}`,
      size: width === null || height === null ? 'differs' : `${width} x ${height}`,
      refused: count(rejectedCount),
      'derived from': derivation?.parents.map(({ dataset, number }) => `${dataset} ${number}`).join(', '),
      ...(statistics ? statisticsFields(statistics) : {}),
    }),
    table(
      ['class', ...splits.map(({ split }) => ` ${split.toLowerCase()}`)],
      version.classes.map((label) => [label, ...splits.map(({ classes }) => imagesOf(classes, label))]),
    ),
    statistics?.columns?.length
      ? table(
          ['column', ' images', ' values', 'most frequent'],
          statistics.columns.map(({ name, images, valueCount, values }) => [
            ...[name, count(images), count(valueCount)],
            values.map((each) => `${each.value} (${count(each.images)})`).join(', '),
          ]),
        )
      : '',
    rejectedCount === 0
      ? ''
      : table(
          ['refused file', 'reason'],
          rejected.map(({ name, reason }) => [name, reason]),
        ),
  );
}

function statisticsFields({
  mean,
  deviation,
  grey,
  flat,
  duplicates,
  columns,
}: NonNullable<DatasetVersion['statistics']>) {
  const channels = (values: readonly number[]): string => values.map((value) => value.toFixed(1)).join(', ');
  return {
    'mean of red, green, blue': mean && channels(mean),
    deviation: deviation && channels(deviation),
    'gray images': count(grey),
    'images of one color':
      flat === null ? undefined : flat === 0 ? count(flat) : `${count(flat)}: nothing to learn from`,
    'exact duplicates': `${count(duplicates.exact)} groups`,
    'near duplicates': `${count(duplicates.near)} groups`,
    'in training and test': `${count(duplicates.leaks)} groups`,
    'labels disagree': `${count(duplicates.labelConflicts)} groups`,
    columns: columns ? columns.map(({ name }) => name).join(', ') : 'not kept: registered before the hub kept them',
  };
}

function imagesOf(classes: readonly { label: string; images: number }[], label: string): string {
  return count(classes.find((entry) => entry.label === label)?.images ?? 0);
}
