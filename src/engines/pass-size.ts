/** Most bytes of activations per pass; a batch that needs more is divided into several passes. */
export const PASS_BYTES = 640e6;

/** Examples per pass, so that the passes of a batch are about equal. @param fitting examples that fit into a pass. */
export function evenPasses(batchSize: number, fitting: number): number {
  return Math.ceil(batchSize / Math.ceil(batchSize / Math.max(1, fitting)));
}
