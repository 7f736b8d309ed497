import { BOUNDS } from '../limits.js';

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

/** Whether the probabilities of all classes are kept for so many test images. */
export function keepsProbabilities(images: number, classes: number): boolean {
  return images * classes * Float32Array.BYTES_PER_ELEMENT <= BOUNDS.probabilities.value;
}

/** The probability of every class for each test image: float32, little-endian, images x classes. */
export class ProbabilityRows {
  readonly #values: Float32Array | null;
  #filled = 0;

  constructor(images: number, classes: number) {
    this.#values = keepsProbabilities(images, classes) ? new Float32Array(images * classes) : null;
  }

  /** Adds the next image. */
  add(probabilities: Float32Array): void {
    this.#values?.set(probabilities, this.#filled);
    this.#filled += probabilities.length;
  }

  /** The content of a blob; null when it would be too large. */
  get packed(): Uint8Array | null {
    return this.#values && new Uint8Array(this.#values.buffer);
  }
}

/** @returns images x classes. */
export function unpackProbabilities(packed: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(packed).buffer); // a copy, aligned
}
