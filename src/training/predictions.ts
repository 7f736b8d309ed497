/** The network's answer for one image. */
export interface Prediction {
  /** Index into the manifest's list of images. */
  readonly image: number;
  /** Class indices. */
  readonly truth: number;
  readonly predicted: number;
  /** Probability of the predicted class. */
  readonly confidence: number;
}

/** Bytes per prediction: image (uint32), truth and predicted (uint16), confidence (float32), little-endian. */
const ROW = 12;

export function packPredictions(predictions: readonly Prediction[]): Uint8Array {
  const packed = new DataView(new ArrayBuffer(ROW * predictions.length));
  for (const [i, { image, truth, predicted, confidence }] of predictions.entries()) {
    packed.setUint32(i * ROW, image, true);
    packed.setUint16(i * ROW + 4, truth, true);
    packed.setUint16(i * ROW + 6, predicted, true);
    packed.setFloat32(i * ROW + 8, confidence, true);
  }
  return new Uint8Array(packed.buffer);
}

export function unpackPredictions(packed: Uint8Array): Prediction[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  return Array.from({ length: packed.byteLength / ROW }, (_, i) => ({
    image: view.getUint32(i * ROW, true),
    truth: view.getUint16(i * ROW + 4, true),
    predicted: view.getUint16(i * ROW + 6, true),
    confidence: view.getFloat32(i * ROW + 8, true),
  }));
}
