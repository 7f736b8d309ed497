import type { Enum } from '../graphql';
import { formatCount } from './format';

export type Split = Enum<'Split'>;

/** The fields of a dataset version that findings derive from. */
export interface Examined {
  readonly rejectedCount: number;
  readonly splits: readonly {
    readonly split: Split;
    readonly images: number;
    readonly classes: readonly { readonly label: string; readonly images: number }[];
  }[];
  readonly statistics: {
    /** Images of one color; null if they were not counted. */
    readonly flat: number | null;
    readonly duplicates: {
      readonly exact: number;
      readonly near: number;
      readonly leaks: number;
      readonly labelConflicts: number;
    };
  } | null;
}

export type DuplicatesShown = 'LEAKS' | 'CONFLICTS' | 'EXACT' | 'NEAR';

/** Something to know about a dataset version before training on it. */
export interface Finding {
  /** Whether it harms training or metrics, or is only informative. */
  readonly severity: 'bad' | 'note';
  readonly title: string;
  /** The consequence, a sentence. */
  readonly consequence: string;
  readonly count: number;
  /** The view that shows it. */
  readonly show:
    | { readonly duplicates: DuplicatesShown }
    | { readonly label: string; readonly split: Split }
    | 'rejected'
    | null;
}

/** Share of images of one color from which they harm. */
const MUCH_FLAT = 0.05;
/** Number of training images below which a class is small. */
const SMALL_CLASS = 20;

/** The findings of a version, worst first. */
export function findingsOf({ rejectedCount, splits, statistics }: Examined): readonly Finding[] {
  const { leaks = 0, labelConflicts = 0, exact = 0, near = 0 } = statistics?.duplicates ?? {};
  const flat = statistics?.flat ?? 0;
  const isMuchFlat = flat >= MUCH_FLAT * splits.reduce((sum, { images }) => sum + images, 0);
  const imagesOf = (split: Split) => splits.find((each) => each.split === split)?.classes ?? [];
  const test = new Map(imagesOf('TEST').map(({ label, images }) => [label, images]));
  const untested = imagesOf('TRAIN').filter(({ label, images }) => images > 0 && !test.get(label));
  const untrained = imagesOf('TRAIN').filter(({ label, images }) => images === 0 && test.get(label));
  const small = imagesOf('TRAIN').filter(({ images }) => images > 0 && images < SMALL_CLASS);
  const found: readonly Finding[] = [
    {
      severity: 'bad',
      title: 'Same images in train and test',
      consequence: 'Test accuracy will be too optimistic.',
      count: leaks,
      show: { duplicates: 'LEAKS' },
    },
    {
      severity: 'bad',
      title: 'Same images in different classes',
      consequence: 'At least one label is wrong and will be learned.',
      count: labelConflicts,
      show: { duplicates: 'CONFLICTS' },
    },
    {
      severity: 'bad',
      title: 'Classes without test images',
      consequence: `Their accuracy cannot be measured: ${names(untested)}.`,
      count: untested.length,
      show: null,
    },
    {
      severity: 'bad',
      title: 'Classes without training images',
      consequence: `They cannot be learned: ${names(untrained)}.`,
      count: untrained.length,
      show: null,
    },
    {
      severity: 'bad',
      title: `Classes with fewer than ${SMALL_CLASS} training images`,
      consequence: `Too few to learn them well: ${names(small)}.`,
      count: small.length,
      show: small[0] ? { label: small[0].label, split: 'TRAIN' } : null,
    },
    {
      severity: isMuchFlat ? 'bad' : 'note',
      title: 'Images of one color',
      consequence: 'There is nothing to see in them: check how they were saved.',
      count: flat,
      show: null,
    },
    {
      severity: 'note',
      title: 'Files left out',
      consequence: 'They are in no split; the reason is listed for each.',
      count: rejectedCount,
      show: 'rejected',
    },
    {
      severity: 'note',
      title: 'Groups of identical files',
      consequence: 'Each copy counts.',
      count: exact,
      show: { duplicates: 'EXACT' },
    },
    {
      severity: 'note',
      title: 'Groups of near-duplicate images',
      consequence: 'They add little training signal.',
      count: near,
      show: { duplicates: 'NEAR' },
    },
  ];
  return found.filter(({ count }) => count > 0);
}

/** Classes named in a sentence. */
const NAMED = 5;

function names(classes: readonly { readonly label: string }[]): string {
  const named = classes.slice(0, NAMED).map(({ label }) => label);
  const more = classes.length - named.length;
  return named.join(', ') + (more > 0 ? ` and ${formatCount(more)} more` : '');
}
