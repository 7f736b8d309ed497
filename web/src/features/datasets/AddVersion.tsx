import { Button, Group, NumberInput, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useCallback, useState } from 'react';
import { formatBytes } from '../../lib/format';
import type { PlacedFile } from '../../lib/use-drop';
import { DropArea } from '../../ui/DropArea';
import { FilePicker } from '../../ui/FilePicker';
import { FolderOutline, MOST_FILES } from './FolderOutline';
import { type Drawing, register, type VersionSource } from './registering';

const ARCHIVES = '.zip,.tar,.tgz,.tar.gz,.zst,.tar.zst,.gz';
const FROM = [
  { value: 'computer', label: 'This computer' },
  { value: 'path', label: 'The hub’s disk' },
  { value: 'url', label: 'An address' },
];

/** Registers labelled images as a version: dropped, chosen, from a path of the hub, or from an https address. */
export function AddVersion({ dataset }: { readonly dataset: string }) {
  const [from, setFrom] = useState('computer');
  const [source, setSource] = useState<VersionSource | null>(null);
  const [busy, setBusy] = useState(false);
  const [drawing, setDrawing] = useState<Drawing>({ testFraction: 0.2, validationFraction: 0, seed: 0 });

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!source) return;
    setBusy(true);
    // What was refused stays in the form, to be mended.
    if (await register(dataset, source, drawing)) setSource(null);
    setBusy(false);
  };

  return (
    <form onSubmit={submit} aria-label="New version">
      <Stack gap="sm">
        <SegmentedControl
          data={FROM}
          value={from}
          onChange={(value) => {
            setFrom(value);
            setSource(null);
          }}
          aria-label="Where the images are"
          w="fit-content"
          maw="100%"
        />
        {from === 'computer' && <FromComputer source={source} setSource={setSource} dataset={dataset} />}
        {from === 'path' && (
          <TextInput
            label="Folder or archive"
            description="On the hub's machine, in a folder that it was started with as --allow"
            value={source?.kind === 'path' ? source.path : ''}
            onChange={({ currentTarget: { value: path } }) => setSource(path ? { kind: 'path', path } : null)}
          />
        )}
        {from === 'url' && (
          <TextInput
            label="Archive"
            description="An https address, which the hub downloads"
            placeholder="https://"
            value={source?.kind === 'url' ? source.url : ''}
            onChange={({ currentTarget: { value: url } }) => setSource(url ? { kind: 'url', url } : null)}
          />
        )}
        <Splits drawing={drawing} setDrawing={setDrawing} />
        <Group>
          <Button type="submit" loading={busy} disabled={source === null || isTooLarge(source)}>
            Register
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const isTooLarge = (source: VersionSource): boolean => source.kind === 'folder' && source.files.length > MOST_FILES;

function FromComputer({
  source,
  setSource,
  dataset,
}: {
  readonly source: VersionSource | null;
  readonly setSource: (source: VersionSource) => void;
  readonly dataset: string;
}) {
  const take = useCallback((files: readonly PlacedFile[]) => setSource(sourceOf(files)), [setSource]);
  return (
    <>
      <DropArea
        text="Drop a folder with one folder for each class, or a zip, tar, tar.gz or tar.zst of it."
        over="Drop a folder or an archive"
        onFiles={take}
      >
        <Group gap="xs">
          <FilePicker label="Archive of images" accept={ARCHIVES} onFiles={take}>
            Choose an archive…
          </FilePicker>
          <FilePicker label="Folder of images" folder onFiles={take}>
            Choose a folder…
          </FilePicker>
        </Group>
      </DropArea>
      {source?.kind === 'archive' && (
        <p>
          <strong>{source.file.name}</strong>, {formatBytes(source.file.size)}
        </p>
      )}
      {source?.kind === 'folder' && <FolderOutline files={source.files} name={source.name} dataset={dataset} />}
    </>
  );
}

/** One file that is in no folder is an archive; all else is a folder. */
function sourceOf(files: readonly PlacedFile[]): VersionSource {
  const [first] = files;
  if (files.length === 1 && first && !first.path.includes('/')) return { kind: 'archive', file: first.file };
  return { kind: 'folder', name: first?.path.split('/')[0] ?? 'folder', files };
}

function Splits({
  drawing,
  setDrawing,
}: {
  readonly drawing: Drawing;
  readonly setDrawing: (drawing: Drawing) => void;
}) {
  return (
    <details>
      <summary>Splits, where the images bring none</summary>
      <Group mt="xs" gap="sm" align="flex-start">
        <NumberInput
          label="Share to test on"
          min={0.01}
          max={0.9}
          step={0.05}
          value={drawing.testFraction}
          onChange={(value) => setDrawing({ ...drawing, testFraction: Number(value) })}
          w="10rem"
        />
        <NumberInput
          label="Share to validate on"
          min={0}
          max={0.5}
          step={0.05}
          value={drawing.validationFraction}
          onChange={(value) => setDrawing({ ...drawing, validationFraction: Number(value) })}
          w="10rem"
        />
        <NumberInput
          label="Seed"
          min={0}
          allowDecimal={false}
          value={drawing.seed}
          onChange={(value) => setDrawing({ ...drawing, seed: Number(value) })}
          w="8rem"
        />
      </Group>
    </details>
  );
}
