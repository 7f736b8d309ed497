/** Nouns whose lists a page keeps up to date. */
export const ChangeKind = { RUN: 'RUN', DATASET: 'DATASET', MODEL: 'MODEL', PREDICTION: 'PREDICTION' } as const;
export type ChangeKind = (typeof ChangeKind)[keyof typeof ChangeKind];

/** "Something is new, different or gone": says when to read again, not what is there now. */
export interface ChangeNotice {
  readonly kind: ChangeKind;
  /** Id of a run or of a prediction job, name of a dataset or of a model; empty when any may have changed. */
  readonly id: string;
}
