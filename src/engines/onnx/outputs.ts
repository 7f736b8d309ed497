/** Name of the output: a network's features, or a classifier's probabilities. */
export const RESULT = 'result';
/** Names of a classifier's other outputs: the head's input, and the maps before it. */
export const FEATURES = 'features';
export const MAPS = 'maps';
