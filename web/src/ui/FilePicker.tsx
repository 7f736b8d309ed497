import { Button } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { type PlacedFile, placedFiles } from '../lib/use-drop';

/** A button that opens the browser's dialog for files or for a folder. */
export function FilePicker({
  children,
  onFiles,
  accept,
  multiple = false,
  folder = false,
  primary = false,
  label,
}: {
  readonly children: ReactNode;
  readonly onFiles: (files: readonly PlacedFile[]) => void;
  readonly accept?: string;
  readonly multiple?: boolean;
  readonly folder?: boolean;
  readonly primary?: boolean;
  /** Accessible name of the input. */
  readonly label: string;
}) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => void input.current?.toggleAttribute('webkitdirectory', folder), [folder]);
  return (
    <>
      <Button variant={primary ? 'filled' : 'default'} onClick={() => input.current?.click()}>
        {children}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={label}
        accept={accept}
        multiple={multiple || folder}
        onChange={async (event) => {
          const { target } = event.nativeEvent;
          const files = await placedFiles(event.nativeEvent);
          (target as HTMLInputElement).value = ''; // the same file can be chosen again
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}
