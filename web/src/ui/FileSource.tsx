import { Group, SegmentedControl, TextInput } from '@mantine/core';
import { useState } from 'react';
import { formatBytes } from '../lib/format';
import { FilePicker } from './FilePicker';
import { SendingBar } from './SendingBar';

/** A chosen file, or a path on the server; null for neither. */
export type SourceOfFile = File | string | null;

const FROM = [
  { value: 'computer', label: 'This computer' },
  { value: 'path', label: 'Path on the server' },
];

interface Props {
  /** Accessible name of the input for a file. */
  readonly label: string;
  /** Endings of files, separated by commas. */
  readonly accept: string;
  readonly source: SourceOfFile;
  /** Share of the file that is sent, 0 to 1; null before and after. */
  readonly sent: number | null;
  readonly onSource: (source: SourceOfFile) => void;
}

/** Chooses a file of this computer, or one in a folder of the server. */
export function FileSource({ label, accept, source, sent, onSource }: Props) {
  const [from, setFrom] = useState('computer');
  return (
    <>
      <SegmentedControl
        data={FROM}
        value={from}
        onChange={(next) => {
          setFrom(next);
          onSource(null);
        }}
        aria-label="Location of the file"
        w="fit-content"
        maw="100%"
      />
      {from === 'path' ? (
        <TextInput
          label="Path"
          description="In a folder that the hub was started with as --allow"
          value={typeof source === 'string' ? source : ''}
          onChange={({ currentTarget }) => onSource(currentTarget.value.trim() || null)}
          maw={560}
        />
      ) : (
        <Group gap="sm">
          <FilePicker label={label} accept={accept} onFiles={([picked]) => onSource(picked?.file ?? null)}>
            Choose file…
          </FilePicker>
          {source instanceof File && (
            <span>
              {source.name}, {formatBytes(source.size)}
            </span>
          )}
        </Group>
      )}
      <SendingBar sent={sent} />
    </>
  );
}
