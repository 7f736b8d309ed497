/**
 * What a batch normalization keeps of its moving averages in each step. Keras has 0.99; runs here are short, and the averages
 * must have followed the weights when they end.
 */
export const STATISTICS_MOMENTUM = 0.95;
