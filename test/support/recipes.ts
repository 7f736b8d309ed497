/** Learns the colours from the narrow backbone's features in about a second: every test image right. */
export const QUICK = { epochs: 40, hiddenUnits: 256, batchSize: 10, learningRate: 0.003, seed: 7 } as const;

/** Ends with far less: a step too small to learn anything. */
export const HOPELESS = { ...QUICK, epochs: 1, learningRate: 1e-7 } as const;

/** Trains for seconds: long enough to be disturbed behind the first epochs that are told. */
export const SOME_SECONDS = { ...QUICK, epochs: 60, batchSize: 1, patience: null } as const;

/** Trains for half a minute and more, until somebody ends it. */
export const ENDLESS = { ...SOME_SECONDS, epochs: 1000 } as const;
