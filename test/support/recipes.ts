/** Learns the colors on the narrow backbone in about a second, with 100% test accuracy. */
export const QUICK = { epochs: 40, hiddenUnits: 256, batchSize: 10, learningRate: 0.003, seed: 7 } as const;

/** Learns almost nothing: the learning rate is too low. */
export const HOPELESS = { ...QUICK, epochs: 1, learningRate: 1e-7 } as const;

/** Trains for seconds: long enough to be interrupted after its first epochs. */
export const SOME_SECONDS = { ...QUICK, epochs: 100, batchSize: 2, patience: null } as const;

/** Trains for as many epochs as a recipe may have: until it is cancelled. */
export const ENDLESS = { ...SOME_SECONDS, epochs: 1000 } as const;
