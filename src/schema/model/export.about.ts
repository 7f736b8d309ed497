import type { PictureSize } from '../../engines/engine.js';
import type { HeadShape } from '../../network/head.js';
import { recipeSchema } from '../../training/recipe.js';
import type { ModelVersionRow } from './model.record.js';

/** What an exported file says of itself: texts, some of them JSON. `docs/formats.md` describes them. */
export function aboutVersion(row: ModelVersionRow): Record<string, string> {
  const { backbone, datasetVersion } = row;
  const { input, image } = row.preprocessing as unknown as PictureSize;
  return {
    format: 'model-hub 1',
    model: row.model.name,
    version: String(row.number),
    labels: JSON.stringify(row.labels),
    preprocessing: JSON.stringify({ input, image, colours: 'RGB', resize: 'bilinear', scale: backbone.preprocessing }),
    calibration: JSON.stringify(null),
    head: JSON.stringify(headOfVersion(row)),
    architecture: backbone.architecture,
    backbone: backbone.name,
    dataset: `${datasetVersion.dataset.name} ${datasetVersion.number}`,
    testAccuracy: String(row.testAccuracy),
    testLoss: String(row.testLoss),
  };
}

/** Sizes of its head, by the run that made it or the file that it came from. */
export function headOfVersion({ run, origin }: ModelVersionRow): Omit<HeadShape, 'classes'> {
  if (origin) return origin.head as unknown as Omit<HeadShape, 'classes'>;
  const { hiddenUnits, dropout } = recipeSchema.parse(run?.recipe ?? {});
  return { hidden: hiddenUnits, dropout };
}
