/** The head that candidates start from, but for what they name. */
const HEAD = {
  imageSize: 75,
  epochs: 4,
  batchSize: 300,
  dropout: 0.5,
  labelSmoothing: 0.1,
  mirror: true,
  patience: null,
  restoreBest: false,
};
/** The fine-tuning stage of `best` before this search. */
const BEFORE = {
  ...HEAD,
  splitLayer: 'mixed2',
  batchSize: 64,
  epochs: 10,
  learningRate: 5e-4,
  schedule: 'COSINE',
  warmUpEpochs: 1,
  weightDecay: 0.05,
};

const tuned = (...changes) => ({ stages: [HEAD, ...changes.map((change) => ({ ...BEFORE, ...change }))] });
const plainHead = (imageSize) => ({ ...HEAD, imageSize, mirror: false });
/** With features of one size in all stages. */
const sized = (imageSize, ...changes) => ({
  stages: [plainHead(imageSize), ...changes.map((change) => ({ ...BEFORE, imageSize, ...change }))],
});

/** By name: the recipes of its stages, and a bundled backbone. */
export const CANDIDATES = {
  smoke: { stages: [HEAD, { ...BEFORE, epochs: 2, liveStatistics: true }] },
  before: tuned({}),
  '75, 6 epochs': tuned({ epochs: 6 }),
  '75, 6 epochs, live': tuned({ epochs: 6, liveStatistics: true }),
  '75, 6 epochs, live, 1e-3': tuned({ epochs: 6, liveStatistics: true, learningRate: 1e-3 }),
  '75, 6 epochs, live, mixed0': tuned({ epochs: 6, liveStatistics: true, learningRate: 1e-3, splitLayer: 'mixed0' }),
  '96, 6 epochs': sized(96, { epochs: 6 }),
  '96, 6 epochs, live': sized(96, { epochs: 6, liveStatistics: true, learningRate: 1e-3 }),
  '128, 4 epochs': sized(128, { epochs: 4 }),
  '128, 4 epochs, live': sized(128, { epochs: 4, liveStatistics: true, learningRate: 1e-3 }),
};
const lite = (imageSize, change) => ({
  backbone: 'efficientnet-lite0',
  stages: [plainHead(imageSize), { ...BEFORE, imageSize, splitLayer: 'block4', ...change }],
});
CANDIDATES['lite 128, 4 epochs'] = lite(128, { epochs: 4 });
CANDIDATES['lite 96, 6 epochs'] = lite(96, { epochs: 6 });
CANDIDATES['lite 128, 4 epochs, live'] = lite(128, { epochs: 4, liveStatistics: true, learningRate: 1e-3 });
