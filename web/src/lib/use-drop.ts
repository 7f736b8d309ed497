import { fromEvent } from 'file-selector';
import { useEffect, useState } from 'react';

/** A file with its path in the dropped or chosen folder, separated by `/`. */
export interface PlacedFile {
  readonly file: File;
  readonly path: string;
}

/** Files of a drop or of an input's change, including those in folders. */
export async function placedFiles(event: Event): Promise<readonly PlacedFile[]> {
  const files = (await fromEvent(event)) as (File & { readonly path?: string })[];
  return files
    .filter((file) => file instanceof File)
    .map((file) => ({ file, path: (file.path ?? file.name).replace(/^\.?\//, '') }));
}

/** Takes files dropped anywhere on the page. @returns whether files are being dragged over it. */
export function useDrop(onFiles: (files: readonly PlacedFile[]) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') === true;
    const drag = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault(); // otherwise the browser opens the file
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      setOver(false);
      if (!carriesFiles(event)) return;
      event.preventDefault();
      void placedFiles(event).then(onFiles);
    };
    addEventListener('dragover', drag);
    addEventListener('dragleave', leave);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', drag);
      removeEventListener('dragleave', leave);
      removeEventListener('drop', drop);
    };
  }, [onFiles]);
  return over;
}
