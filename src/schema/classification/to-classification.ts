import type { Answered } from '../../serving/answer.js';
import type { ClassificationType } from './classification.type.js';

/** @param answered request with one photo. */
export function toClassification({ answers: [answer] }: Answered): ClassificationType {
  const { label, top, calibrated, outlierScore, version, timing, predictionId } = answer;
  return {
    label,
    confidence: top[0]?.probability ?? 0,
    calibrated,
    inDistribution: outlierScore === null ? null : outlierScore <= 1,
    outlierScore,
    top: [...top],
    model: version.model,
    modelVersion: version.number,
    modelVersionId: version.versionId,
    ...version.form,
    milliseconds: timing.total,
    predictionId,
    timing: {
      queueMilliseconds: timing.queue,
      decodeMilliseconds: timing.decode,
      predictMilliseconds: timing.predict,
      batchSize: timing.batchSize,
    },
  };
}
