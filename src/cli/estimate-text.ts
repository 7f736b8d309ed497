import { bytes, count, duration } from './format.js';
import { fields } from './output.js';
import type { Estimate } from './requests/estimate.js';

/** Time and memory of what has not started. */
export function estimateText(estimate: Estimate): string {
  const { pictures, cachedPictures, runs, calibrationSeconds } = estimate;
  return fields({
    total: duration(estimate.seconds),
    features: `${duration(estimate.featureSeconds)} (${count(cachedPictures)} of ${count(pictures)} cached)`,
    training: duration(estimate.trainingSeconds),
    evaluation: duration(estimate.evaluationSeconds),
    memory: bytes(estimate.memoryBytes),
    'based on':
      calibrationSeconds === null ? `${runs.length} finished runs` : `a measurement of ${duration(calibrationSeconds)}`,
  });
}
