import type { PlacedFile } from './use-drop';

/** An archive, or the files of a folder, of this computer. */
export type Picked =
  | { readonly kind: 'archive'; readonly file: File }
  | { readonly kind: 'folder'; readonly name: string; readonly files: readonly PlacedFile[] };

/** Most files of a folder that the page sends. */
export const MOST_FILES = 5_000;

/** A single file outside any folder is an archive; anything else is a folder. */
export function pickedOf(files: readonly PlacedFile[]): Picked {
  const [first] = files;
  if (files.length === 1 && first && !first.path.includes('/')) return { kind: 'archive', file: first.file };
  return { kind: 'folder', name: first?.path.split('/')[0] ?? 'folder', files };
}

/** Whether the page can send it. */
export const isSendable = (picked: Picked): boolean => picked.kind === 'archive' || picked.files.length <= MOST_FILES;
