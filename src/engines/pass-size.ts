/** Activations of one pass at most, in bytes: a batch with more goes in several passes. */
export const PASS_BYTES = 640e6;

/** Examples per pass, so that all passes of a batch have about as many. @param fitting examples that fit into a pass. */
export function evenPasses(batchSize: number, fitting: number): number {
  return Math.ceil(batchSize / Math.ceil(batchSize / Math.max(1, fitting)));
}
