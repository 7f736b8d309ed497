/** Most bytes of activations per pass; a batch that needs more is divided into several passes. */
export const PASS_BYTES = 640e6;

/** Most input values per prediction, to limit memory. */
const PREDICTION_VALUES = 1 << 20;

/** Examples per prediction. @param values of an example. */
export function predictionRows(values: number): number {
  return Math.max(1, Math.min(512, Math.floor(PREDICTION_VALUES / values)));
}

/** Examples per pass, so that the passes of a batch are about equal. @param fitting examples that fit into a pass. */
export function evenPasses(batchSize: number, fitting: number): number {
  return Math.ceil(batchSize / Math.ceil(batchSize / Math.max(1, fitting)));
}
