import { Group, NumberInput, SegmentedControl, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useCallback, useState } from 'react';
import { useRefusal } from '../../app/me';
import { formatBytes } from '../../lib/format';
import type { PlacedFile } from '../../lib/use-drop';
import { DropArea } from '../../ui/DropArea';
import { FilePicker } from '../../ui/FilePicker';
import { HubForm } from '../../ui/HubForm';
import { FolderOutline, MOST_FILES } from './FolderOutline';
import { ingest, type VersionSource } from './ingestions';

const ARCHIVES = '.zip,.tar,.tgz,.tar.gz,.zst,.tar.zst,.gz';
const FROM = [
  { value: 'computer', label: 'This computer' },
  { value: 'path', label: 'Hub’s disk' },
  { value: 'url', label: 'URL' },
];
/** How images without splits are divided. */
const SPLITS = [
  { name: 'testFraction', label: 'Test fraction', min: 0.01, max: 0.9, step: 0.05 },
  { name: 'validationFraction', label: 'Validation fraction', min: 0, max: 0.5, step: 0.05 },
  { name: 'seed', label: 'Seed', min: 0, allowDecimal: false },
] as const;

type Picked = Extract<VersionSource, { readonly kind: 'archive' | 'folder' }>;

/** Registers labeled images as a version: files of this computer, a path of the hub, or a URL. */
export function AddVersion({ dataset }: { readonly dataset: string }) {
  const form = useForm({
    initialValues: {
      from: 'computer',
      path: '',
      url: '',
      testFraction: 0.2,
      validationFraction: 0,
      seed: 0,
      nameEncoding: '',
    },
  });
  const { from, path, url } = form.values;
  const [picked, setPicked] = useState<Picked | null>(null); // outside the form, which copies its values
  const source = sourceOf(from, path, url, picked);

  const submit = async ({
    testFraction,
    validationFraction,
    seed,
    nameEncoding,
  }: typeof form.values): Promise<void> => {
    if (!source) return;
    // A cleared number field holds ''.
    const split = { testFraction: Number(testFraction), validationFraction: Number(validationFraction) };
    const options = { ...split, seed: Number(seed), ...(nameEncoding && { nameEncoding }) };
    if (!(await ingest(dataset, source, options))) return; // the refused source stays
    setPicked(null);
    form.setValues({ path: '', url: '' });
  };

  return (
    <HubForm
      form={form}
      label="New version"
      action="Add version"
      refused={useRefusal('registerDatasetVersion')}
      ready={source !== null && !isTooLarge(source)}
      onSubmit={submit}
    >
      <SegmentedControl
        data={FROM}
        {...form.getInputProps('from')}
        aria-label="Location of the images"
        w="fit-content"
        maw="100%"
      />
      {from === 'computer' && <FromComputer picked={picked} onPick={setPicked} dataset={dataset} />}
      {from === 'path' && (
        <TextInput
          label="Folder or archive"
          description="On the hub's machine, in a folder that the hub was started with as --allow"
          {...form.getInputProps('path')}
        />
      )}
      {from === 'url' && (
        <TextInput
          label="Archive"
          description="An https URL that the hub downloads"
          placeholder="https://"
          {...form.getInputProps('url')}
        />
      )}
      <details>
        <summary>Splits, if the images have none</summary>
        <Group mt="xs" gap="sm" align="flex-start">
          {SPLITS.map(({ name, ...look }) => (
            <NumberInput key={name} {...look} {...form.getInputProps(name)} w="10rem" />
          ))}
        </Group>
      </details>
      <details>
        <summary>Names in a zip that are not UTF-8</summary>
        <TextInput
          label="Encoding"
          description="For example cp437 of DOS, windows-1252, shift_jis or gbk"
          {...form.getInputProps('nameEncoding')}
          mt="xs"
          w="20rem"
          maw="100%"
        />
      </details>
    </HubForm>
  );
}

function sourceOf(from: string, path: string, url: string, picked: Picked | null): VersionSource | null {
  if (from === 'path') return path ? { kind: 'path', path } : null;
  if (from === 'url') return url ? { kind: 'url', url } : null;
  return picked;
}

const isTooLarge = (source: VersionSource): boolean => source.kind === 'folder' && source.files.length > MOST_FILES;

function FromComputer({
  picked,
  onPick,
  dataset,
}: {
  readonly picked: Picked | null;
  readonly onPick: (picked: Picked) => void;
  readonly dataset: string;
}) {
  const take = useCallback((files: readonly PlacedFile[]) => onPick(pickedOf(files)), [onPick]);
  return (
    <>
      <DropArea
        text="Drop a folder with one subfolder per class, or a zip, tar, tar.gz or tar.zst of it."
        over="Drop a folder or an archive"
        onFiles={take}
      >
        <Group gap="xs">
          <FilePicker label="Archive of images" accept={ARCHIVES} onFiles={take}>
            Choose archive…
          </FilePicker>
          <FilePicker label="Folder of images" folder onFiles={take}>
            Choose folder…
          </FilePicker>
        </Group>
      </DropArea>
      {picked?.kind === 'archive' && (
        <p>
          <strong>{picked.file.name}</strong>, {formatBytes(picked.file.size)}
        </p>
      )}
      {picked?.kind === 'folder' && <FolderOutline files={picked.files} name={picked.name} dataset={dataset} />}
    </>
  );
}

/** A single file outside any folder is an archive; anything else is a folder. */
function pickedOf(files: readonly PlacedFile[]): Picked {
  const [first] = files;
  if (files.length === 1 && first && !first.path.includes('/')) return { kind: 'archive', file: first.file };
  return { kind: 'folder', name: first?.path.split('/')[0] ?? 'folder', files };
}
