import type { InputSize } from '../../engines/engine.js';
import { type HeadShape, head } from '../../network/head.js';
import { networkOf } from '../../network/inception-v3.js';
import { imageShapes, NETWORK_INPUT, type Shape } from '../../network/layers.js';
import { costOf } from '../../network/multiply-adds.js';
import { ExportFormat, type ModelExportType } from '../../schema/model/export.type.js';
import { recipeSchema } from '../../training/recipe.js';
import { figuresOf } from './calibration.js';
import type { ModelVersionRow } from './model-row.js';

/** What an exported file says of itself: texts, some of them JSON. `docs/formats.md` describes them. */
export function aboutVersion(row: ModelVersionRow): Record<string, string> {
  const { backbone, datasetVersion } = row;
  const { input, image } = row.preprocessing as unknown as InputSize;
  const figures = figuresOf(row.calibration);
  return {
    format: 'model-hub 1',
    model: row.model.name,
    version: String(row.number),
    labels: JSON.stringify(row.labels),
    preprocessing: JSON.stringify({ input, image, colours: 'RGB', resize: 'bilinear', scale: backbone.preprocessing }),
    calibration: JSON.stringify(figures && { temperature: figures.temperature }),
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

/** The formats in which a version can be had. */
export function exportsOf(row: ModelVersionRow): ModelExportType[] {
  const weights = weightsOf(row);
  const isThere = (format: ExportFormat): boolean => format !== ExportFormat.ONNX_INT8 || !!row.serving?.quantizedBlob;
  return Object.values(ExportFormat)
    .filter(isThere)
    .map((format) => ({
      format,
      link: `/v1/models/${row.model.name}/versions/${row.number}/export?format=${format}`,
      bytes: format === ExportFormat.ONNX_INT8 ? weights : 4 * weights,
    }));
}

/** How many weights a version has. */
function weightsOf(row: ModelVersionRow): number {
  const { image } = row.preprocessing as unknown as InputSize;
  const network = networkOf(row.backbone.architecture);
  const pooled = imageShapes(network, image).get('avg_pool') as Shape;
  const layers = head(pooled.channels, { ...headOfVersion(row), classes: (row.labels as string[]).length });
  const picture = { height: image, width: image, channels: 3 };
  return costOf(network, picture, NETWORK_INPUT).weights + costOf(layers, pooled, 'avg_pool').weights;
}
