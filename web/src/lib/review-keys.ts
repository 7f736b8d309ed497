/** Keys of classes, by their position. Not among them: `0` none, `g` go to a page, `s` skip, `u` undo. */
const CLASS_KEYS = '123456789abcdefhijklmnopqrtvwxyz';

/** What a key does while a photo is reviewed. */
export type ReviewKey =
  | { readonly act: 'judge'; readonly label: string | null }
  | { readonly act: 'right' | 'skip' | 'undo' };

/** The key of a class; undefined for one too many. */
export function keyOfClass(place: number): string | undefined {
  return CLASS_KEYS[place];
}

/** What a key does; null for nothing. @param labels classes by position. */
export function reviewKey(key: string, labels: readonly string[]): ReviewKey | null {
  if (key === '0') return { act: 'judge', label: null };
  if (key === 'Enter') return { act: 'right' };
  const typed = key.toLowerCase();
  if (typed === 's' || key === ' ') return { act: 'skip' };
  if (typed === 'u') return { act: 'undo' };
  const label = typed.length === 1 ? labels[CLASS_KEYS.indexOf(typed)] : undefined;
  return label === undefined ? null : { act: 'judge', label };
}
