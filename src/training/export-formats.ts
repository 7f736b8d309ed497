/** The formats of others in which a model version leaves the hub. */
export const EXPORT_FORMATS = ['onnx', 'onnx-int8', 'safetensors', 'keras'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
