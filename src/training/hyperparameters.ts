import { z } from 'zod';
import { DEFAULT_ARCHITECTURE } from '../network/networks.js';
import { FINE_TUNE_DEFAULTS } from './presets.js';
import { about, type HyperparameterText, type Recipe, RunKind, recipeSchema } from './recipe.js';

export const HyperparameterKind = {
  INT: 'INT',
  FLOAT: 'FLOAT',
  BOOLEAN: 'BOOLEAN',
  CHOICE: 'CHOICE',
  WEIGHTS: 'WEIGHTS',
} as const;
export type HyperparameterKind = keyof typeof HyperparameterKind;

/** A hyperparameter as declared by the recipe's schema. */
export interface Hyperparameter extends HyperparameterText {
  readonly name: keyof Recipe;
  readonly kind: HyperparameterKind;
  readonly kinds: readonly RunKind[];
  /** Its value in the preset `standard`. */
  readonly default: unknown;
  /** Default in fine-tune runs; undefined if they take the parent's value. */
  readonly fineTuneDefault: unknown;
  /** Whether null is a valid value. */
  readonly nullable: boolean;
  /** Bounds; undefined unless it is a number. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** Whether the value must be greater than `min`. */
  readonly exclusiveMin: boolean;
  /** Values of a CHOICE; of WEIGHTS those that are no object of numbers by name. Empty for other kinds. */
  readonly choices: readonly string[];
}

/** The parts of JSON Schema that recipes use. */
interface FieldSchema extends HyperparameterText {
  readonly default: unknown;
  readonly type?: 'integer' | 'number' | 'boolean' | 'string' | 'object' | 'null';
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly Omit<FieldSchema, 'default'>[];
}

const KINDS = {
  integer: 'INT',
  number: 'FLOAT',
  boolean: 'BOOLEAN',
  string: 'CHOICE',
  object: 'WEIGHTS',
  null: 'CHOICE',
} as const;
/** The first trained layer is that of the default architecture; others have their own. */
const FINE_TUNE: Partial<Recipe> = { ...FINE_TUNE_DEFAULTS, splitLayer: DEFAULT_ARCHITECTURE.fineTuneFrom.late };
const ALL_RUNS: readonly RunKind[] = Object.values(RunKind);

/** All hyperparameters in the order of the recipe; ranges and descriptions everywhere come from here. */
export const HYPERPARAMETERS: readonly Hyperparameter[] = read();

function read(): Hyperparameter[] {
  const { properties } = z.toJSONSchema(recipeSchema, { metadata: about, io: 'input' });
  return Object.entries(properties as Record<keyof Recipe, FieldSchema>).map(([key, field]) => {
    const name = key as keyof Recipe;
    const values = field.anyOf?.find(({ type }) => type !== 'null') ?? field;
    const weights = field.anyOf?.find(({ type }) => type === 'object');
    const { description, unit, scale, kinds = ALL_RUNS, fixedInSweeps } = field;
    const told = {
      description,
      ...(unit && { unit }),
      ...(scale && { scale }),
      ...(fixedInSweeps && { fixedInSweeps }),
    };
    return {
      ...told,
      name,
      kind: KINDS[(weights ?? values).type ?? 'string'],
      kinds,
      default: field.default,
      fineTuneDefault: FINE_TUNE[name],
      nullable: field.anyOf?.some(({ type }) => type === 'null') ?? false,
      min: values.minimum ?? values.exclusiveMinimum,
      max: values.maximum,
      exclusiveMin: values.exclusiveMinimum !== undefined,
      choices: values.enum ?? [],
    };
  });
}

/** @throws Error when a recipe has no field of this name. */
export function hyperparameter(name: string): Hyperparameter {
  const found = HYPERPARAMETERS.find((other) => other.name === name);
  if (!found) throw new Error(`a recipe has no field ${name}`);
  return found;
}

/** Whether only fine-tune runs have a hyperparameter. */
export function isForFineTuning(name: string): boolean {
  return HYPERPARAMETERS.some((other) => other.name === name && !other.kinds.includes('TRANSFER'));
}

/** A range as text, for example "1 to 4096 images"; empty unless it is a number. */
export function formatRange({ min, max, exclusiveMin, unit }: Hyperparameter): string {
  if (min === undefined) return '';
  return `${exclusiveMin ? `above ${min}, at most ${max}` : `${min} to ${max}`}${unit ? ` ${unit}` : ''}`;
}
