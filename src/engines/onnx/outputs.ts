/** Name of the only output, or of a classifier's probabilities. */
export const RESULT = 'result';
/** What a classifier gives besides: what its head reads, and maps that lead to it. */
export const FEATURES = 'features';
export const MAPS = 'maps';
