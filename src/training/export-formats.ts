/** File formats of exported model versions. */
export const EXPORT_FORMATS = ['onnx', 'onnx-int8', 'safetensors', 'keras'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
