import { Group, NumberInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useRefusal } from '../../app/me';
import { isSendable, type Picked } from '../../lib/picked';
import { HubForm } from '../../ui/HubForm';
import { FROM, NameEncoding, NO_SOURCE, SourceFields } from '../../ui/SourceFields';
import { FolderOutline } from './FolderOutline';
import { ingest, type VersionSource } from './ingestions';

/** How images without splits are divided. */
const SPLITS = [
  { name: 'testFraction', label: 'Test fraction', min: 0.01, max: 0.9, step: 0.05 },
  { name: 'validationFraction', label: 'Validation fraction', min: 0, max: 0.5, step: 0.05 },
  { name: 'seed', label: 'Seed', min: 0, allowDecimal: false },
] as const;

/** Registers labeled images as a version: files of this computer, a path of the hub, or a URL. */
export function AddVersion({ dataset }: { readonly dataset: string }) {
  const form = useForm({
    initialValues: {
      from: 'computer',
      ...NO_SOURCE,
      testFraction: 0.2,
      validationFraction: 0,
      seed: 0,
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
    if (!(await ingest(dataset, source, { options }))) return; // the refused source stays
    setPicked(null);
    form.setValues({ path: '', url: '' });
  };

  return (
    <HubForm
      form={form}
      label="New version"
      action="Add version"
      refused={useRefusal('registerDatasetVersion')}
      ready={source !== null && (from !== 'computer' || picked === null || isSendable(picked))}
      onSubmit={submit}
    >
      <SourceFields
        from={from}
        places={FROM}
        field={form.getInputProps}
        picked={picked}
        onPick={setPicked}
        text="Drop a folder with one subfolder per class, or a zip, tar, tar.gz or tar.zst of it."
        folder={picked?.kind === 'folder' && <FolderOutline {...picked} dataset={dataset} />}
      />
      <details>
        <summary>Splits, if the images have none</summary>
        <Group mt="xs" gap="sm" align="flex-start">
          {SPLITS.map(({ name, ...look }) => (
            <NumberInput key={name} {...look} {...form.getInputProps(name)} w="10rem" />
          ))}
        </Group>
      </details>
      <NameEncoding field={form.getInputProps} />
    </HubForm>
  );
}

function sourceOf(from: string, path: string, url: string, picked: Picked | null): VersionSource | null {
  if (from === 'path') return path ? { kind: 'path', path } : null;
  if (from === 'url') return url ? { kind: 'url', url } : null;
  return picked;
}
