import { NativeSelect } from '@mantine/core';
import { formatCount } from '../../lib/format';
import type { DatasetChoice } from './fragments';

interface Props {
  readonly datasets: readonly DatasetChoice[];
  /** ID of a version. */
  readonly value: string;
  readonly onChoose: (versionId: string) => void;
}

/** Chooses the dataset version to train on. */
export function DataPicker({ datasets, value, onChoose }: Props) {
  const chosen = datasets.flatMap(({ versions }) => versions).find(({ id }) => id === value);
  const counts = chosen?.splits.map(({ split, images }) => `${formatCount(images)} ${split.toLowerCase()}`).join(' · ');
  return (
    <NativeSelect
      label="Dataset version"
      description={counts}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      value={value}
      onChange={({ currentTarget }) => onChoose(currentTarget.value)}
      data={datasets.map(({ name, versions }) => ({
        group: name,
        items: versions.map(({ id, number, imageCount }) => ({
          value: id,
          label: `${name} ${number}, ${formatCount(imageCount)} images`,
        })),
      }))}
    />
  );
}
