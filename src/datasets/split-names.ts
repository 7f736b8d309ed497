import type { Split } from './manifest.js';

const SPLIT_OF: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['validation', 'validation'],
  ['valid', 'validation'],
  ['val', 'validation'],
  ['dev', 'validation'],
  ['test', 'test'],
  ['testing', 'test'],
]);

/** Names of splits in folders and tables. */
export const SPLIT_NAMES: readonly string[] = [...SPLIT_OF.keys()];

/** Names of folders with images that nobody labeled, in lower case. */
const UNLABELED_NAMES: ReadonlySet<string> = new Set([
  'pred',
  'predict',
  'prediction',
  'predictions',
  'unlabeled',
  'unlabelled',
]);

/** The split that a name stands for, in upper or lower case. */
export function splitOf(name: string): Split | undefined {
  return SPLIT_OF.get(name.toLowerCase());
}

/**
 * The folders that stand for splits. Besides the names of splits these are names that share what is around them, such as
 * `seg_train` and `seg_test`; alone, `bullet_train` is a class.
 */
export function splitFolders(folders: readonly string[]): ReadonlyMap<string, Split> {
  const exact = folders.filter((name) => splitOf(name) !== undefined);
  if (exact.length > 0) return new Map(exact.map((name) => [name, splitOf(name)!]));
  const families = new Map<string, Map<string, Split>>();
  for (const name of folders) {
    for (const { word, around } of wordsOf(name)) {
      const split = splitOf(word);
      if (split !== undefined) families.set(around, (families.get(around) ?? new Map()).set(name, split));
    }
  }
  const isFamily = (family: ReadonlyMap<string, Split>) => {
    const splits = new Set(family.values());
    return splits.has('train') && splits.size > 1;
  };
  return [...families.values()].find(isFamily) ?? new Map();
}

/** Whether a folder next to split folders is meant to be without labels: `pred`, `seg_pred`. */
export function isUnlabeledFolder(name: string): boolean {
  return wordsOf(name).some(({ word }) => UNLABELED_NAMES.has(word));
}

/** The words of a name, each with the text around it. */
function wordsOf(name: string): readonly { readonly word: string; readonly around: string }[] {
  const lower = name.toLowerCase();
  return [...lower.matchAll(/[^_\-. ]+/g)].map(({ 0: word, index }) => ({
    word,
    around: `${lower.slice(0, index)}/${lower.slice(index + word.length)}`,
  }));
}
