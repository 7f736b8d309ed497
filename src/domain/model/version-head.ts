import { z } from 'zod';
import { type HeadShape, head, headLayersSchema } from '../../network/head.js';
import { type Layer, POOLED } from '../../network/layers.js';
import { featureShape } from '../../network/networks.js';
import type { Prisma } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import { recipeSchema } from '../../training/recipe.js';

/** The head of a version: its layers or, for one that the hub trains, its sizes without the classes. */
export type VersionHead = readonly Layer[] | Omit<HeadShape, 'classes'>;

const sizes = z.object({ hidden: z.number(), dropout: z.number() });
const headColumn = z.object({ head: z.union([headLayersSchema, sizes]) });
const recipeColumn = z.object({ recipe: recipeSchema });

interface MadeBy {
  readonly id: string;
  readonly run: { readonly recipe: Prisma.JsonValue } | null;
  readonly origin: { readonly id: string; readonly head: Prisma.JsonValue } | null;
}

/** The head of a version, from the import or the recipe of the run that made it. */
export function headOf({ id, run, origin }: MadeBy): VersionHead {
  if (origin) return parseColumns(headColumn, origin, `model import ${origin.id}`).head;
  const { hiddenUnits, dropout } = parseColumns(
    recipeColumn,
    run ?? { recipe: {} },
    `the run of model version ${id}`,
  ).recipe;
  return { hidden: hiddenUnits, dropout };
}

/** What determines a version's head. */
interface WithHead {
  readonly head: VersionHead;
  readonly backbone: { readonly architecture: string };
  readonly imageSize: number;
  readonly labels: readonly string[];
}

/** The layers of a version's head as texts. */
export function headText(version: WithHead): string[] {
  const layers = headLayers(version);
  const pooled = layers[0]?.inputs[0] === POOLED ? ['average pooling'] : [];
  return [...pooled, ...layers.map(textOf)];
}

function textOf(layer: Layer): string {
  switch (layer.kind) {
    case 'dense':
      return layer.activation === 'linear' ? `dense ${layer.units}` : `dense ${layer.units}, ${layer.activation}`;
    case 'activation':
      return layer.alpha === undefined ? layer.activation : `${layer.activation} ${layer.alpha}`;
    case 'dropout':
      return `dropout ${layer.rate}`;
    case 'norm':
      return 'batch normalization';
    case 'globalAveragePool':
      return 'average pooling';
    case 'globalMaxPool':
      return 'maximum pooling';
    default:
      return layer.kind;
  }
}

/** The layers of a version's head. It builds the network to count the features: ask only when needed. */
export function headLayers(version: WithHead): readonly Layer[] {
  const { head: made, backbone, imageSize, labels } = version;
  if (!('hidden' in made)) return made;
  const { channels } = featureShape(backbone.architecture, imageSize, POOLED);
  return head(channels, { ...made, classes: labels.length });
}
