/** Origin of an estimate: finished runs of this hub on this machine, or a speed probe made for it. */
export const EstimateBasis = { RUNS: 'RUNS', CALIBRATION: 'CALIBRATION' } as const;
export type EstimateBasis = keyof typeof EstimateBasis;

/** Expected cost of a run that does not stop early. */
export interface RunEstimate {
  /** Total of the three below. */
  readonly seconds: number;
  /** Decoding and the frozen layers, for pictures that are not cached. */
  readonly featureSeconds: number;
  readonly trainingSeconds: number;
  readonly evaluationSeconds: number;
  /** Peak resident memory of the training process. */
  readonly memoryBytes: number;
  /** Images and variants whose features the run needs. */
  readonly pictures: number;
  readonly cachedPictures: number;
  /** Whether the features exceed the cache, so that every epoch computes them. */
  readonly computedInEveryEpoch: boolean;
  readonly basis: EstimateBasis;
  /** Ids of the runs that the estimate is derived from. */
  readonly runs: readonly string[];
  /** Duration of the speed probe; null for an estimate from runs. */
  readonly calibrationSeconds: number | null;
}
