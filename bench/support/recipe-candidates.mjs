/** The head that candidates start from. */
const HEAD = {
  ...{ imageSize: 75, epochs: 4, batchSize: 300, learningRate: 1e-3, dropout: 0.5, labelSmoothing: 0.1 },
  ...{ patience: null, restoreBest: false },
};
/** The fine-tuning stage of `best` before this search. */
const STAGE = {
  ...HEAD,
  ...{ splitLayer: 'mixed2', batchSize: 64, epochs: 10, learningRate: 5e-4, schedule: 'COSINE', warmUpEpochs: 1 },
  ...{ weightDecay: 0.05, mirror: true },
};
const LIVE = { liveStatistics: true, learningRate: 1e-3 };

/** A head, and stages that change what they name. The first stage decides on the size of the head's images. */
function tuned(...changes) {
  const { imageSize = HEAD.imageSize } = changes[0] ?? {};
  return { stages: [{ ...HEAD, imageSize }, ...changes.map((change) => ({ ...STAGE, imageSize, ...change }))] };
}
const lite = (...changes) => ({
  backbone: 'efficientnet-lite0',
  ...tuned(...changes.map((change) => ({ splitLayer: 'block4', ...change }))),
});

/** By name: the recipes of its stages, and a bundled backbone. */
export const CANDIDATES = {
  before: tuned({}),
  'a fixed, 8': tuned({ epochs: 8 }),
  'b live, 8': tuned({ epochs: 8, ...LIVE }),
  'c live 5e-4, 8': tuned({ epochs: 8, ...LIVE, learningRate: 5e-4 }),
  'd live, 96 px, 5': tuned({ epochs: 5, imageSize: 96, ...LIVE }),
  'e live, crops 2, 8': tuned({ epochs: 8, ...LIVE, crops: 2 }),
  'f live, mixed0, 6': tuned({ epochs: 6, ...LIVE, splitLayer: 'mixed0' }),
  'g live, batch 32, 8': tuned({ epochs: 8, ...LIVE, batchSize: 32 }),
  'h live, 2e-3, 8': tuned({ epochs: 8, ...LIVE, learningRate: 2e-3 }),
  'i live, mixup, 8': tuned({ epochs: 8, ...LIVE, mixup: 0.2 }),
  'j live, average 3, 8': tuned({ epochs: 8, ...LIVE, averageEpochs: 3 }),
  'k live, 128 px, 3': tuned({ epochs: 3, imageSize: 128, ...LIVE }),
  'l live, 75 px 5, 96 px 2': tuned(
    { epochs: 5, ...LIVE },
    { epochs: 2, imageSize: 96, ...LIVE, learningRate: 3e-4, warmUpEpochs: 0 },
  ),
  'm 96 px, 5': tuned({ epochs: 5, imageSize: 96 }),
  'n crops 3, 8': tuned({ epochs: 8, crops: 3 }),
  'o batch 32, 8': tuned({ epochs: 8, batchSize: 32 }),
  'p 128 px, 3': tuned({ epochs: 3, imageSize: 128 }),
  'q mixed0, 6': tuned({ epochs: 6, splitLayer: 'mixed0' }),
  'r 1e-3, 8': tuned({ epochs: 8, learningRate: 1e-3 }),
  's 16 epochs': tuned({ epochs: 16 }),
  't average 3, 8': tuned({ epochs: 8, averageEpochs: 3 }),
  'u1 lite 128 px block10, 4, 1e-3': lite({ epochs: 4, imageSize: 128, splitLayer: 'block10', learningRate: 1e-3 }),
  'u2 lite 128 px block10, 4, live': lite({ epochs: 4, imageSize: 128, splitLayer: 'block10', ...LIVE }),
  'u3 lite 128 px block10, 8, 1e-3': lite({ epochs: 8, imageSize: 128, splitLayer: 'block10', learningRate: 1e-3 }),
  'v1 lite 128 px block7, 4, 1e-3': lite({ epochs: 4, imageSize: 128, splitLayer: 'block7', learningRate: 1e-3 }),
  'x2 lite 128 px, 4, 1e-3, live': lite({ epochs: 4, imageSize: 128, ...LIVE }),
  'x3 lite 128 px, 6, crops 1': lite({ epochs: 6, imageSize: 128, crops: 1, learningRate: 1e-3 }),
  'x4 lite 96 px, 6, 1e-3': lite({ epochs: 6, imageSize: 96, learningRate: 1e-3 }),
  'x1 lite 128 px, 4, 1e-3': lite({ epochs: 4, imageSize: 128, learningRate: 1e-3 }),
  'x lite 128 px, 4': lite({ epochs: 4, imageSize: 128 }),
  'y lite 128 px live, 4': lite({ epochs: 4, imageSize: 128, ...LIVE }),
  'u lite 128 px block10, 4': lite({ epochs: 4, imageSize: 128, splitLayer: 'block10' }),
  'v lite 128 px block7, 4': lite({ epochs: 4, imageSize: 128, splitLayer: 'block7' }),
  'z lite 96 px, 8': lite({ epochs: 8, imageSize: 96 }),
};
