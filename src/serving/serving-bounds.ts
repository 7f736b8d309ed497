/** How much is answered at the same time, and how long it may take. The configuration has them under the same names. */
export interface ServingBounds {
  /** Photos that are computed together at most. */
  readonly servingBatch: number;
  /** Milliseconds that a photo which could be computed waits for others that are being decoded. */
  readonly servingWait: number;
  /** Photos that are accepted and not answered yet. */
  readonly servingQueue: number;
  /** Milliseconds from accepting a photo to its answer. */
  readonly servingDeadline: number;
  /** Versions that stay loaded because they were asked for by number. */
  readonly servingVersions: number;
  /** Bytes that decoding a photo may take; large photos share them. As many may wait, as they were sent. */
  readonly maxPhotoMemory: number;
}
