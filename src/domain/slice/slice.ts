import { z } from 'zod';
import { asStored, quoted } from '../../datasets/names.js';
import { HubError } from '../../errors.js';
import { closest } from '../names-like.js';
import type { Owner } from '../owner.js';
import { SliceKind } from '../run/evaluation-slices.js';

/** A condition on images, as it is stored. */
const conditionSchema = z.strictObject({
  kind: z.enum(SliceKind).exclude(['SAVED']),
  /** Name of the column of COLUMN. */
  column: z.string().nullable().default(null),
  /** CLASS, SOURCE and COLUMN: one of these. */
  values: z.array(z.string()).readonly().nullable().default(null),
  /** SIZE in pixels of the shorter side, BRIGHTNESS of 255, and COLUMN of numbers: both ends included. */
  from: z.number().nullable().default(null),
  to: z.number().nullable().default(null),
});
export type SliceCondition = Readonly<z.output<typeof conditionSchema>>;
export const conditionsSchema = z.array(conditionSchema).readonly();

/** A condition as a caller gives it; what is absent is null. */
export interface GivenCondition {
  readonly kind: SliceKind;
  readonly column?: string | null;
  readonly values?: readonly string[] | null;
  readonly from?: number | null;
  readonly to?: number | null;
}

/** A given condition as it is stored, names as datasets have them. @throws BAD_INPUT for one on a saved slice. */
export function completed({
  kind,
  column = null,
  values = null,
  from = null,
  to = null,
}: GivenCondition): SliceCondition {
  if (kind === 'SAVED') throw new HubError('BAD_INPUT', 'A slice has no conditions of the kind SAVED.', { kind });
  const named = column === null ? '' : asStored(column);
  const kept = values && [...new Set(values.map(asStored).filter((value) => value !== ''))];
  return { kind, column: named === '' ? null : named, values: kept, from, to };
}

/** Conditions on the images of a dataset, under a name. An image is in the slice if it meets all of them. */
export interface SavedSlice {
  readonly id: string;
  readonly dataset: string;
  /** Unique in the dataset. */
  readonly name: string;
  readonly conditions: readonly SliceCondition[];
  /** In words. */
  readonly text: string;
  /** Names of the models whose gate has a rule on it. */
  readonly usedBy: readonly string[];
  readonly owner: Owner | null;
  readonly createdAt: Date;
}

/** How a gate rule names a slice: `pets/night`. */
export const sliceReference = (dataset: string, name: string): string => `${dataset}/${name}`;

/** @throws BAD_INPUT unless it is `dataset/slice`. */
export function parseReference(reference: string): { readonly dataset: string; readonly name: string } {
  const [dataset, name, more] = reference.split('/');
  if (dataset && name && more === undefined) return { dataset, name };
  throw new HubError(
    'BAD_INPUT',
    `A slice is named as dataset/slice, such as pets/night; "${reference}" was received.`,
  );
}

/** @throws BAD_INPUT for a condition that `checkCondition` refuses, and for two on the same thing. */
export function checkConditions(conditions: readonly SliceCondition[]): void {
  const seen = new Set<string>();
  for (const condition of conditions) {
    checkCondition(condition);
    const { kind, column } = condition;
    const key = JSON.stringify([kind, column]);
    if (seen.has(key)) {
      const what = column === null ? `of kind ${kind}` : `on the column ${quoted(column)}`;
      const message = `A slice has one condition ${what}; received two. Give all values, or both ends of the range, in one.`;
      throw new HubError('BAD_INPUT', message, { kind, column });
    }
    seen.add(key);
  }
}

/** Names that the versions of a dataset have. */
export interface KnownNames {
  readonly classes: readonly string[];
  readonly columns: readonly string[];
  readonly sources: readonly string[];
}

/** Names in an error. */
const NAMED = 10;

/** @throws BAD_INPUT for a class, column or source that no version of the dataset has. */
export function checkKnown(conditions: readonly SliceCondition[], dataset: string, known: KnownNames): void {
  for (const { kind, column, values } of conditions) {
    const [what, names, asked] =
      kind === 'CLASS'
        ? (['class', known.classes, values ?? []] as const)
        : kind === 'SOURCE'
          ? (['source', known.sources, values ?? []] as const)
          : (['column', known.columns, column === null ? [] : [column]] as const);
    const unknown = asked.find((name) => !names.includes(name));
    if (unknown === undefined) continue;
    const meant = closest(unknown, names);
    const more = names.length > NAMED ? `, and ${names.length - NAMED} more` : '';
    const has =
      names.length === 0 ? 'they have none' : `they have ${names.slice(0, NAMED).map(quoted).join(', ')}${more}`;
    const hint = meant === undefined ? `: ${has}.` : `. Did you mean ${quoted(meant)}?`;
    const message = `No version of the dataset ${dataset} has the ${what} ${quoted(unknown)}${hint}`;
    throw new HubError('BAD_INPUT', message, { name: unknown, ...(meant && { suggestion: meant }) });
  }
}

/** @throws BAD_INPUT for a condition that lacks something, or has something that its kind does not use. */
function checkCondition({ kind, column, values, from, to }: SliceCondition): void {
  const hasRange = from !== null || to !== null;
  const hasValues = values !== null && values.length > 0;
  const [takesValues, takesRange] = [VALUED.has(kind), RANGED.has(kind)];
  const fault =
    (kind === 'COLUMN') !== (column !== null)
      ? `column is for COLUMN, which needs it`
      : hasValues && !takesValues
        ? 'values are for CLASS, COLUMN and SOURCE'
        : hasRange && !takesRange
          ? 'from and to are for SIZE, BRIGHTNESS and COLUMN'
          : kind !== 'DUPLICATE' && hasValues === hasRange
            ? `it needs ${[...(takesValues ? ['values'] : []), ...(takesRange ? ['from or to'] : [])].join(', or ')}`
            : from !== null && to !== null && from > to
              ? `from must be at most to; received ${from} and ${to}`
              : null;
  if (fault !== null) throw new HubError('BAD_INPUT', `A condition of kind ${kind} is wrong: ${fault}.`, { kind });
}

const VALUED: ReadonlySet<SliceKind> = new Set(['CLASS', 'COLUMN', 'SOURCE']);
const RANGED: ReadonlySet<SliceKind> = new Set(['SIZE', 'BRIGHTNESS', 'COLUMN']);

/** Conditions in words: "class cat or dog, and camera = north". */
export function conditionsText(conditions: readonly SliceCondition[]): string {
  return conditions.map(textOf).join(', and ');
}

function textOf({ kind, column, values, from, to }: SliceCondition): string {
  const named = (values ?? []).join(' or ');
  const range = from === null ? `up to ${to}` : to === null ? `from ${from}` : `${from} to ${to}`;
  switch (kind) {
    case 'CLASS':
      return `class ${named}`;
    case 'SIZE':
      return `shorter side ${range} pixels`;
    case 'BRIGHTNESS':
      return `brightness ${range} of 255`;
    case 'DUPLICATE':
      return 'looks like a training image';
    case 'COLUMN':
      return values ? `${column} = ${named}` : `${column} ${range}`;
    case 'SOURCE':
      return `from ${named}`;
  }
}
