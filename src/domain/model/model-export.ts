import { graphWeights } from '../../engines/onnx/graph-weights.js';
import { headMetadata } from '../../network/head.js';
import { NETWORK_INPUT } from '../../network/layers.js';
import { costOf } from '../../network/multiply-adds.js';
import { networkNamed } from '../../network/networks.js';
import { ExportFormat } from '../../training/export-formats.js';
import type { ModelVersion } from './model.js';
import { headLayers } from './version-head.js';

/** A file format in which a model version can be downloaded. */
export interface ModelExport {
  readonly format: ExportFormat;
  /** Path at this hub that makes and sends the file. */
  readonly link: string;
  /** Approximate size, computed from the number of weights: for a real network within 2% of the file. */
  readonly bytes: number;
}

/** The metadata inside an exported file: texts, some of them JSON. `docs/formats.md` describes them. */
export function metadataOf(version: ModelVersion): Record<string, string> {
  const { backbone, datasetVersion, inputSize, imageSize, calibration } = version;
  const size = { input: inputSize, image: imageSize };
  return {
    format: 'model-hub 1',
    model: version.model,
    version: String(version.number),
    labels: JSON.stringify(version.labels),
    preprocessing: JSON.stringify({ ...size, colours: 'RGB', resize: 'bilinear', scale: backbone.preprocessing }),
    calibration: JSON.stringify(calibration && { temperature: calibration.temperature }),
    ...headMetadata(headLayers(version)),
    architecture: backbone.architecture,
    backbone: backbone.name,
    dataset: `${datasetVersion.dataset} ${datasetVersion.number}`,
    testAccuracy: String(version.testAccuracy),
    testLoss: String(version.testLoss ?? 'not a number'),
  };
}

/** The formats in which a version can be downloaded. It builds the network to count its weights: ask only when needed. */
export function exportsOf(version: ModelVersion): ModelExport[] {
  const bytes = bytesOf(version);
  const isAvailable = (format: ExportFormat): boolean =>
    format === ExportFormat.ONNX_INT8
      ? version.serving.quantizedBlob !== null
      : format !== ExportFormat.KERAS || hasKerasForm(version);
  return Object.values(ExportFormat)
    .filter(isAvailable)
    .map((format) => ({
      format,
      link: `/v1/models/${version.model}/versions/${version.number}/export?format=${format}`,
      bytes: bytes[format],
    }));
}

/** Whether the hub writes files of Keras of a version's network. */
export function hasKerasForm({ backbone }: Pick<ModelVersion, 'backbone'>): boolean {
  return networkNamed(backbone.architecture).architecture.keras;
}

/** Bytes of the weights in a file of each format. The 8-bit form has the head in floats. */
function bytesOf(version: ModelVersion): Readonly<Record<ExportFormat, number>> {
  const { backbone, imageSize } = version;
  const image = { height: imageSize, width: imageSize, channels: 3 };
  const base = networkNamed(backbone.architecture).layers;
  const layers = [...base, ...headLayers(version)];
  const all = 4 * costOf(layers, image, NETWORK_INPUT).weights;
  const inGraph = graphWeights(layers, image, NETWORK_INPUT);
  const ofBase = graphWeights(base, image, NETWORK_INPUT);
  return {
    [ExportFormat.ONNX]: 4 * inGraph,
    [ExportFormat.ONNX_INT8]: ofBase + 4 * (inGraph - ofBase),
    [ExportFormat.SAFETENSORS]: all,
    [ExportFormat.KERAS]: all,
  };
}
