// Where the first bottleneck lies, from measured service times. Every figure is one of the formulas in FORMULAS.

/** Photos per second that are looked at. */
const RATES = [10, 100, 1_000, 10_000];
/** Runs and images that are looked at. */
const [RUNS, IMAGES] = [100_000, 10_000_000];
/** Images of a dataset version, at most. */
const VERSION_IMAGES = 200_000;

export const FORMULAS = [
  'photos/s of a process, by its cores      = utilization x cores x 1000 / photo-ms',
  'photos/s of a process, by its main thread = utilization x 1000 / main-ms',
  'photos/s of a process, by its network    = utilization x link-gbit x 1e9 / (8 x photo-kb x 1000)',
  'processes that answer                    = photos/s divided by the least of the three, rounded up, at least 2',
  'processes that PostgreSQL has room for   = (connections - 10) / connections-per-process, less those that train',
  'photos/s, by the database                = utilization x database-cores x 1000 / (kept x kept-ms)',
  'dollars for a million photos             = 1e6 x photo-ms / 3.6e6 / utilization x price',
  'hours of runs                            = runs x run-core-s / 3600 / (utilization x workers x cores)',
  'hours of registering                     = images / images-per-s / 3600, by one process that answers',
  'hours of features                        = images x image-ms / 3.6e6 / (utilization x workers x cores)',
  'gigabytes of features                    = images x feature-bytes / 1e9',
];

const rounded = (value) => Number(value.toPrecision(3));

/** Photos per second that a process answers, by what limits it. */
export function processLimits({ utilization, cores, photoMs, mainMs, linkGbit, photoKb }) {
  return {
    'cores of a process': (utilization * cores * 1000) / photoMs,
    'main thread of a process': (utilization * 1000) / mainMs,
    'network of a process': (utilization * linkGbit * 1e9) / (8 * photoKb * 1000),
  };
}

/** What each rate of photos needs, and what is reached first. */
export function serving(inputs) {
  const { utilization, workers, connections, connectionsPerProcess, kept, keptMs, databaseCores, price, photoMs } =
    inputs;
  const limits = processLimits(inputs);
  const ofOne = Math.min(...Object.values(limits));
  const room = Math.floor((connections - 10) / connectionsPerProcess) - workers;
  const shared = {
    'connections of PostgreSQL': Math.max(0, room) * ofOne,
    'cores of PostgreSQL': kept > 0 ? (utilization * databaseCores * 1000) / (kept * keptMs) : Number.POSITIVE_INFINITY,
  };
  const dollarsPerMillion = ((1e6 * photoMs) / 3.6e6 / utilization) * price;
  const rows = RATES.map((rate) => {
    const processes = Math.max(2, Math.ceil(rate / ofOne));
    const reached = Object.entries({ ...limits, ...shared }).filter(([, limit]) => limit < rate);
    const [first] = reached.toSorted(([, a], [, b]) => a - b);
    const [wall] = Object.entries(shared)
      .filter(([, limit]) => limit < rate)
      .toSorted(([, a], [, b]) => a - b);
    return {
      load: `${rate} photos/s`,
      needs: `${processes} processes of ${inputs.cores} cores`,
      'first bottleneck': first ? `${first[0]}, at ${rounded(first[1])}/s` : 'none: one process is enough',
      'what more processes do not help': wall ? `${wall[0]}, at ${rounded(wall[1])}/s` : 'nothing',
    };
  });
  return { rows, dollarsPerMillion, ofOne, wall: Math.min(...Object.values(shared)) };
}

/** How long so many runs and images take, and what takes longest. */
export function training(inputs) {
  const { utilization, workers, cores, runCoreS, imagesPerS, imageMs, featureBytes, featureCacheGb } = inputs;
  const power = utilization * workers * cores;
  const runHours = (RUNS * runCoreS) / 3600 / power;
  const registering = IMAGES / imagesPerS / 3600;
  const features = (IMAGES * imageMs) / 3.6e6 / power;
  const gigabytes = (IMAGES * featureBytes) / 1e9;
  const on = `${workers} workers of ${cores} cores`;
  const longest = features > registering ? 'cores of the workers' : 'the process that registers';
  return [
    { load: `${RUNS} runs`, needs: `${rounded(runHours)} hours on ${on}`, 'first bottleneck': 'cores of the workers' },
    {
      load: `${IMAGES} images in ${IMAGES / VERSION_IMAGES} versions`,
      needs: `${rounded(registering)} hours to register, ${rounded(features)} hours of features on ${on}`,
      'first bottleneck': longest,
      'what more processes do not help': `${rounded(gigabytes)} GB of features, with ${featureCacheGb} GB of cache (--feature-cache)`,
    },
  ];
}
