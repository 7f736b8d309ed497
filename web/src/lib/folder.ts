/** Folder names that the hub reads as splits (src/datasets/layout.ts). */
const SPLITS: Readonly<Record<string, string>> = {
  train: 'train',
  validation: 'validation',
  valid: 'validation',
  val: 'validation',
  test: 'test',
};
const TABLE = /^(labels|metadata)\.(csv|jsonl)$/i;
const IMAGE = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i;
/** Files that file managers leave behind. */
const LITTER = /(^|\/)(\.[^/]*|__MACOSX|Thumbs\.db|desktop\.ini)(\/|$)/i;

/** The contents of a folder by its file names, before anything is sent. */
export interface FolderOutline {
  /** The source of the classes. */
  readonly layout: 'folders' | 'splits' | 'table';
  /** Sorted by name. Empty if a table gives the classes. */
  readonly classes: readonly { readonly label: string; readonly images: number }[];
  readonly images: number;
  /** Files that do not look like images of a class. */
  readonly others: number;
}

/** Reads the paths of a folder's files as the hub will. @param paths relative, with `/` as separator. */
export function outlineFolder(paths: readonly string[]): FolderOutline {
  const inner = withoutWrapper(paths.filter((path) => !LITTER.test(path)).map((path) => path.split('/')));
  if (inner.some((parts) => parts.length === 1 && TABLE.test(parts[0] ?? ''))) {
    const images = inner.filter((parts) => IMAGE.test(parts.at(-1) ?? '')).length;
    return { layout: 'table', classes: [], images, others: inner.length - images };
  }
  const folders = inner.filter((parts) => parts.length > 1);
  const splits = folders.length > 0 && folders.every(([first = '']) => first.toLowerCase() in SPLITS);
  const counts = new Map<string, number>();
  for (const parts of folders) {
    const label = parts[splits ? 1 : 0];
    if (label !== undefined && parts.length > (splits ? 2 : 1) && IMAGE.test(parts.at(-1) ?? '')) {
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
  }
  const classes = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([label, images]) => ({ label, images }));
  const images = classes.reduce((sum, each) => sum + each.images, 0);
  return { layout: splits ? 'splits' : 'folders', classes, images, others: inner.length - images };
}

/** Strips a single folder around all others, which names no class. */
function withoutWrapper(paths: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const tops = new Set(paths.map(([first]) => first));
  const wrapped = tops.size === 1 && paths.every((parts) => parts.length > 2 || TABLE.test(parts.at(-1) ?? ''));
  return wrapped ? paths.map((parts) => parts.slice(1)) : paths;
}
