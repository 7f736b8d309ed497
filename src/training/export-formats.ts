/** The file formats in which a model version leaves the hub, by their names in GraphQL. */
export const ExportFormat = {
  ONNX: 'onnx',
  ONNX_INT8: 'onnx-int8',
  SAFETENSORS: 'safetensors',
  KERAS: 'keras',
} as const;
export type ExportFormat = (typeof ExportFormat)[keyof typeof ExportFormat];
export const EXPORT_FORMATS = Object.values(ExportFormat);
