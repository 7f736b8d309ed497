import { z } from 'zod';
import type { HeadShape } from '../../network/head.js';
import type { Prisma } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import { recipeSchema } from '../../training/recipe.js';

/** Sizes of a version's head, without its classes. */
export type HeadSizes = Omit<HeadShape, 'classes'>;

const headColumn = z.object({ head: z.object({ hidden: z.number(), dropout: z.number() }) });
const recipeColumn = z.object({ recipe: recipeSchema });

interface MadeBy {
  readonly id: string;
  readonly run: { readonly recipe: Prisma.JsonValue } | null;
  readonly origin: { readonly id: string; readonly head: Prisma.JsonValue } | null;
}

/** The head of a version, from the import or the recipe of the run that made it. */
export function headOf({ id, run, origin }: MadeBy): HeadSizes {
  if (origin) return parseColumns(headColumn, origin, `model import ${origin.id}`).head;
  const { hiddenUnits, dropout } = parseColumns(
    recipeColumn,
    run ?? { recipe: {} },
    `the run of model version ${id}`,
  ).recipe;
  return { hidden: hiddenUnits, dropout };
}
