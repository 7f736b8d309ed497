import { formatCount } from './format';

export type Split = 'TRAIN' | 'VALIDATION' | 'TEST';

/** What a dataset version tells that a finding may come of. */
export interface Examined {
  readonly rejectedCount: number;
  readonly splits: readonly {
    readonly split: Split;
    readonly images: number;
    readonly classes: readonly { readonly label: string; readonly images: number }[];
  }[];
  readonly statistics: {
    readonly duplicates: {
      readonly exact: number;
      readonly near: number;
      readonly leaks: number;
      readonly labelConflicts: number;
    };
  } | null;
}

export type DuplicatesShown = 'LEAKS' | 'CONFLICTS' | 'EXACT' | 'NEAR';

/** Something about a dataset version that one should know before training on it. */
export interface Finding {
  /** Whether figures or training suffer from it, or it is only to be known. */
  readonly severity: 'bad' | 'note';
  readonly title: string;
  /** What follows from it. */
  readonly consequence: string;
  readonly count: number;
  /** What shows it. */
  readonly show:
    | { readonly duplicates: DuplicatesShown }
    | { readonly label: string; readonly split: Split }
    | 'rejected'
    | null;
}

/** Training images below which a class is called small. */
export const SMALL_CLASS = 20;

/** What is to be said of a version, the worst first. */
export function findingsOf({ rejectedCount, splits, statistics }: Examined): readonly Finding[] {
  const { leaks = 0, labelConflicts = 0, exact = 0, near = 0 } = statistics?.duplicates ?? {};
  const imagesOf = (split: Split) => splits.find((each) => each.split === split)?.classes ?? [];
  const test = new Map(imagesOf('TEST').map(({ label, images }) => [label, images]));
  const untested = imagesOf('TRAIN').filter(({ label, images }) => images > 0 && !test.get(label));
  const untrained = imagesOf('TRAIN').filter(({ label, images }) => images === 0 && test.get(label));
  const small = imagesOf('TRAIN').filter(({ images }) => images > 0 && images < SMALL_CLASS);
  const found: readonly Finding[] = [
    {
      severity: 'bad',
      title: 'Same pictures in training and in testing',
      consequence: 'Accuracy will look better than it is.',
      count: leaks,
      show: { duplicates: 'LEAKS' },
    },
    {
      severity: 'bad',
      title: 'Same pictures under different classes',
      consequence: 'One of the labels is wrong, and what is learned from it too.',
      count: labelConflicts,
      show: { duplicates: 'CONFLICTS' },
    },
    {
      severity: 'bad',
      title: 'Classes without a test image',
      consequence: `Nothing will tell how well they are known: ${names(untested)}.`,
      count: untested.length,
      show: null,
    },
    {
      severity: 'bad',
      title: 'Classes without a training image',
      consequence: `They cannot be learned: ${names(untrained)}.`,
      count: untrained.length,
      show: null,
    },
    {
      severity: 'bad',
      title: `Classes with fewer than ${SMALL_CLASS} training images`,
      consequence: `Few examples teach little: ${names(small)}.`,
      count: small.length,
      show: small[0] ? { label: small[0].label, split: 'TRAIN' } : null,
    },
    {
      severity: 'note',
      title: 'Files left out',
      consequence: 'They are in no split; each has its reason.',
      count: rejectedCount,
      show: 'rejected',
    },
    {
      severity: 'note',
      title: 'Groups of files with the same bytes',
      consequence: 'Each counts as often as it is there.',
      count: exact,
      show: { duplicates: 'EXACT' },
    },
    {
      severity: 'note',
      title: 'Groups of pictures that can hardly be told apart',
      consequence: 'They teach less than their number says.',
      count: near,
      show: { duplicates: 'NEAR' },
    },
  ];
  return found.filter(({ count }) => count > 0);
}

/** Classes in a sentence. */
const NAMED = 5;

function names(classes: readonly { readonly label: string }[]): string {
  const named = classes.slice(0, NAMED).map(({ label }) => label);
  const more = classes.length - named.length;
  return named.join(', ') + (more > 0 ? ` and ${formatCount(more)} more` : '');
}
