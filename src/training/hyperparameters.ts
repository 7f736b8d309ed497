import { z } from 'zod';
import { FINE_TUNE_DEFAULTS } from './presets.js';
import { about, type HyperparameterText, type Recipe, RunKind, recipeSchema } from './recipe.js';

export const HyperparameterKind = { INT: 'INT', FLOAT: 'FLOAT', BOOLEAN: 'BOOLEAN', CHOICE: 'CHOICE' } as const;
export type HyperparameterKind = keyof typeof HyperparameterKind;

/** A field of the recipe as the schema of recipes has it. */
export interface Hyperparameter extends HyperparameterText {
  readonly name: keyof Recipe;
  readonly kind: HyperparameterKind;
  readonly kinds: readonly RunKind[];
  /** Of the preset `standard`. */
  readonly default: unknown;
  /** What a fine-tune run has where nothing is said; undefined where that is what its parent has. */
  readonly fineTuneDefault: unknown;
  /** Whether null is a value. */
  readonly nullable: boolean;
  /** Both undefined for what is no number. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  /** Whether `min` itself is out of range. */
  readonly exclusiveMin: boolean;
  /** Of a choice. */
  readonly choices: readonly string[];
}

/** What JSON Schema says of a field, as far as recipes go. */
interface FieldSchema extends HyperparameterText {
  readonly default: unknown;
  readonly type?: 'integer' | 'number' | 'boolean' | 'string' | 'null';
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly Omit<FieldSchema, 'default'>[];
}

const KINDS = { integer: 'INT', number: 'FLOAT', boolean: 'BOOLEAN', string: 'CHOICE', null: 'CHOICE' } as const;
const ALL_RUNS: readonly RunKind[] = Object.values(RunKind);

/** All fields of a recipe, in its order: the one place from which ranges are told. */
export const HYPERPARAMETERS: readonly Hyperparameter[] = read();

function read(): Hyperparameter[] {
  const { properties } = z.toJSONSchema(recipeSchema, { metadata: about, io: 'input' });
  return Object.entries(properties as Record<keyof Recipe, FieldSchema>).map(([key, field]) => {
    const name = key as keyof Recipe;
    const values = field.anyOf?.find(({ type }) => type !== 'null') ?? field;
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
      kind: KINDS[values.type ?? 'string'],
      kinds,
      default: field.default,
      fineTuneDefault: (FINE_TUNE_DEFAULTS as Partial<Recipe>)[name],
      nullable: values !== field,
      min: values.minimum ?? values.exclusiveMinimum,
      max: values.maximum,
      exclusiveMin: values.exclusiveMinimum !== undefined,
      choices: values.enum ?? [],
    };
  });
}

/** @throws when there is none of this name. */
export function hyperparameter(name: string): Hyperparameter {
  const found = HYPERPARAMETERS.find((other) => other.name === name);
  if (!found) throw new Error(`a recipe has no field ${name}`);
  return found;
}

/** For example "1 to 4096 images"; empty for what is no number. */
export function rangeInWords({ min, max, exclusiveMin, unit }: Hyperparameter): string {
  if (min === undefined) return '';
  return `${exclusiveMin ? `above ${min}, at most ${max}` : `${min} to ${max}`}${unit ? ` ${unit}` : ''}`;
}
