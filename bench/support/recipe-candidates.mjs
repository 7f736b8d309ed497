/** The head that candidates start from. */
const HEAD = {
  ...{ imageSize: 75, epochs: 4, batchSize: 300, learningRate: 1e-3, dropout: 0.5, labelSmoothing: 0.1 },
  ...{ patience: null, restoreBest: false },
};
/** The stage that candidates change. */
const STAGE = {
  ...HEAD,
  ...{ splitLayer: 'mixed2', batchSize: 64, epochs: 8, learningRate: 5e-4, schedule: 'COSINE', warmUpEpochs: 1 },
  ...{ weightDecay: 0.05, mirror: true },
};
const FAST = { learningRate: 1e-3 };
const LIVE = { liveStatistics: true, ...FAST };

/** A head, and stages that change what they name. The first stage decides on the size of the head's images. */
function tuned(...changes) {
  const { imageSize = HEAD.imageSize } = changes[0] ?? {};
  return { stages: [{ ...HEAD, imageSize }, ...changes.map((change) => ({ ...STAGE, imageSize, ...change }))] };
}

/** The same on EfficientNet-Lite0 at 128 px, for half as many epochs of twice as much work. */
function lite(...changes) {
  const half = { imageSize: 128, epochs: 4, splitLayer: 'block4' };
  return { backbone: 'efficientnet-lite0', ...tuned(...changes.map((change) => ({ ...half, ...change }))) };
}

/** What the demo trains: `best` for fewer epochs of smaller batches. */
const demo = (change) => lite({ batchSize: 32, ...FAST, ...change });

/** By name: the recipes of its stages, and a bundled backbone other than `tiny-imagenet-2`. */
export const CANDIDATES = {
  mixed2: tuned({}),
  'mixed2, 1e-3': tuned(FAST),
  'mixed2, 1e-3, live statistics': tuned(LIVE),
  'mixed2, 96 px, 5 epochs': tuned({ imageSize: 96, epochs: 5 }),
  'mixed2, 3 crops': tuned({ crops: 3 }),
  'mixed0, 6 epochs': tuned({ splitLayer: 'mixed0', epochs: 6 }),
  'mixed2, 5 epochs, then 2 at 96 px': tuned(
    { epochs: 5 },
    { epochs: 2, imageSize: 96, learningRate: 3e-4, warmUpEpochs: 0 },
  ),
  'mixed2, batches of 32': tuned({ batchSize: 32 }),
  'mixed2, mean of 3 epochs': tuned({ averageEpochs: 3 }),
  'mixed2, 16 epochs': tuned({ epochs: 16 }),
  'lite0: block10': lite({ splitLayer: 'block10' }),
  'lite0: block10, 1e-3': lite({ splitLayer: 'block10', ...FAST }),
  'lite0: block10, 1e-3, live statistics': lite({ splitLayer: 'block10', ...LIVE }),
  'lite0: block7, 1e-3': lite({ splitLayer: 'block7', ...FAST }),
  'lite0: block4': lite({}),
  'lite0: block4, 1e-3': lite(FAST),
  'lite0: block4, 96 px, 7 epochs, 1e-3': lite({ imageSize: 96, epochs: 7, ...FAST }),
  'demo: block4, 4 epochs': demo({}),
  'demo: block7, 6 epochs': demo({ splitLayer: 'block7', epochs: 6 }),
  'demo: block10, 6 epochs': demo({ splitLayer: 'block10', epochs: 6 }),
  'demo: block10, 6 epochs, live statistics': demo({ splitLayer: 'block10', epochs: 6, ...LIVE }),
  'demo: block4, 4 epochs, live statistics': demo(LIVE),
  'demo: block10, 6 epochs, mixup 0.2': demo({ splitLayer: 'block10', epochs: 6, mixup: 0.2 }),
  'demo: block10, 6 epochs, cutmix 1': demo({ splitLayer: 'block10', epochs: 6, cutmix: 1 }),
  'demo: block10, 6 epochs, cutout 0.4': demo({ splitLayer: 'block10', epochs: 6, cutout: 0.4 }),
  'demo: block10, 6 epochs, 2 color jitters': demo({ splitLayer: 'block10', epochs: 6, colorJitters: 2 }),
  'demo: block4, 96 px, 6 epochs': demo({ imageSize: 96, epochs: 6 }),
  'demo: block4, 96 px, 10 epochs, batches of 64': demo({ imageSize: 96, epochs: 10, batchSize: 64 }),
};
