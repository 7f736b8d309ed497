import { z } from 'zod';
import type { HeadShape } from '../../network/head.js';
import type { Prisma } from '../../storage/database.js';
import { recipeSchema } from '../../training/recipe.js';
import { parseColumn } from '../json-column.js';

/** Sizes of a version's head, without its classes. */
export type HeadSizes = Omit<HeadShape, 'classes'>;

const headSchema: z.ZodType<HeadSizes> = z.object({ hidden: z.number(), dropout: z.number() });

interface MadeBy {
  readonly id: string;
  readonly run: { readonly recipe: Prisma.JsonValue } | null;
  readonly origin: { readonly id: string; readonly head: Prisma.JsonValue } | null;
}

/** The head of a version, from the import or the recipe of the run that made it. */
export function headOf({ id, run, origin }: MadeBy): HeadSizes {
  if (origin) return parseColumn(headSchema, origin.head, 'model_imports.head', origin.id);
  const { hiddenUnits, dropout } = parseColumn(recipeSchema, run?.recipe ?? {}, 'runs.recipe of version', id);
  return { hidden: hiddenUnits, dropout };
}
