import { Group, SegmentedControl, TextInput } from '@mantine/core';
import { type ReactNode, useCallback } from 'react';
import { formatBytes } from '../lib/format';
import { type Picked, pickedOf } from '../lib/picked';
import type { PlacedFile } from '../lib/use-drop';
import { DropArea } from './DropArea';
import { FilePicker } from './FilePicker';

const ARCHIVES = '.zip,.tar,.tgz,.tar.gz,.zst,.tar.zst,.gz';

/** Places of images, as `from` of a form. */
export const FROM = [
  { value: 'computer', label: 'This computer' },
  { value: 'path', label: 'Hub’s disk' },
  { value: 'url', label: 'URL' },
];

/** Fields of the form that `SourceFields` is part of, with their values at first. */
export const NO_SOURCE = { path: '', url: '', nameEncoding: '' };

interface Props {
  readonly from: string;
  /** Places to choose from. */
  readonly places: typeof FROM;
  /** Props of the form's fields `from`, `path`, `url` and `nameEncoding`. */
  readonly field: (name: 'from' | 'path' | 'url' | 'nameEncoding') => object;
  readonly picked: Picked | null;
  readonly onPick: (picked: Picked) => void;
  /** What to drop. */
  readonly text: string;
  /** What a chosen folder is. */
  readonly folder: ReactNode;
  /** Fields for places other than those of `FROM`. */
  readonly children?: ReactNode;
}

/** Chooses where many images come from: files of this computer, a path of the hub, or a URL. */
export function SourceFields({ from, places, field, picked, onPick, text, folder, children }: Props) {
  const take = useCallback((files: readonly PlacedFile[]) => onPick(pickedOf(files)), [onPick]);
  return (
    <>
      <SegmentedControl
        data={places}
        {...field('from')}
        aria-label="Location of the images"
        w="fit-content"
        maw="100%"
      />
      {children}
      {from === 'computer' && (
        <>
          <DropArea text={text} over="Drop a folder or an archive" onFiles={take}>
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
          {picked?.kind === 'folder' && folder}
        </>
      )}
      {from === 'path' && (
        <TextInput
          label="Folder or archive"
          description="On the hub's machine, in a folder that the hub was started with as --allow"
          {...field('path')}
        />
      )}
      {from === 'url' && (
        <TextInput
          label="Archive"
          description="An https URL that the hub downloads"
          placeholder="https://"
          {...field('url')}
        />
      )}
    </>
  );
}

/** The encoding of names in a zip archive. */
export function NameEncoding({ field }: Pick<Props, 'field'>) {
  return (
    <details>
      <summary>Names in a zip that are not UTF-8</summary>
      <TextInput
        label="Encoding"
        description="For example cp437 of DOS, windows-1252, shift_jis or gbk"
        {...field('nameEncoding')}
        mt="xs"
        w="20rem"
        maw="100%"
      />
    </details>
  );
}
