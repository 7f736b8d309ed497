// Lists of very many runs, page by page through the API; and how many epochs a second the hub stores, beside MLflow.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../out/storage/database.js';
import { recipeSchema } from '../out/training/recipe.js';
import { check, median } from './support/check.mjs';
import { fillRuns } from './support/fill-runs.mjs';
import { startHub } from './support/hub.mjs';
import { peerPython, runPeer } from './support/python.mjs';
import { storeEpochs } from './support/store-epochs.mjs';

const REQUEST = fileURLToPath(new URL('../test/requests/runs.graphql', import.meta.url));
const PAGE = 50;
/** Pages of 200 between the first page and the deep one. */
const DEEP = 40;

const LISTS = {
  'newest first': {},
  'oldest first': { sort: { direction: 'ASCENDING' } },
  'best test accuracy': { sort: { by: 'TEST_ACCURACY' } },
  'least validation loss': { sort: { by: 'VALIDATION_LOSS', direction: 'ASCENDING' } },
  longest: { sort: { by: 'EPOCH_SECONDS' } },
  'failed (1 of 10)': { filter: { states: ['FAILED'] } },
  'cancelled (1 of 500), best validation accuracy': {
    filter: { states: ['CANCELLED'] },
    sort: { by: 'VALIDATION_ACCURACY' },
  },
  'a tag (1 of 1,000)': { filter: { tag: 'paper' } },
  'a tag (1 of 1,000), best test accuracy': { filter: { tag: 'paper' }, sort: { by: 'TEST_ACCURACY' } },
  'a range (1 of 100) of a metric': { filter: { metrics: [{ metric: 'TEST_LOSS', atLeast: 1, atMost: 1.03 }] } },
  'a dataset, fine-tuned, an hour': {
    filter: {
      dataset: 'pets',
      kind: 'FINE_TUNE',
      createdFrom: '2026-01-01T10:00:00Z',
      createdBefore: '2026-01-01T11:00:00Z',
    },
  },
  'part of a tag (1 of 10,000)': { filter: { text: 'batch-7' } },
};

export function describe(command) {
  return command
    .description('pages of very many runs; epochs stored a second')
    .option('--runs <n>', 'runs in the database', '100000')
    .option('--epochs <n>', 'epochs of each', '20')
    .option('--rounds <n>', 'requests for each page', '15')
    .option('--logged <n>', 'epochs that are stored one by one', '500');
}

export async function measure({ runs, epochs, rounds, logged }) {
  const data = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  try {
    await (await startHub(data)).stop();
    const database = await openDatabase({ folder: join(data, 'database') });
    await fillRuns(database.client, { runs: Number(runs), epochs: Number(epochs), recipe: recipeSchema.parse({}) });
    await database.close();
    const rows = await measureLists(data, Number(rounds));
    const slowest = Math.max(...rows.flatMap((row) => [row['first page, ms'] ?? 0, row['deep page, ms'] ?? 0]));
    const hubRate = await storeEpochs(join(data, 'stored'), Number(logged));
    const { epochsPerSecond } = await runPeer(await peerPython(), 'mlflow_metrics.py', [
      ...['--folder', data, '--epochs', logged],
    ]);
    rows.push({ list: 'epochs stored a second: hub, MLflow', hub: hubRate, MLflow: epochsPerSecond });
    const checks = [
      check('lists without runs', rows.filter(({ runs }) => runs === 0).length, { atMost: 0 }),
      check('a page, ms (median; the slowest list)', slowest, { atMost: 50 }),
      check("epochs stored a second / MLflow's", hubRate / epochsPerSecond, { atLeast: 1 }),
    ];
    return { rows, checks };
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

async function measureLists(data, rounds) {
  const hub = await startHub(data);
  const request = await readFile(REQUEST, 'utf8');
  const ask = async (variables) => (await hub.client.request(request, variables)).runs;
  const milliseconds = async (variables) => {
    const times = [];
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      await ask({ first: PAGE, ...variables });
      times.push(performance.now() - began);
    }
    return median(times);
  };
  const rows = [];
  for (const [list, variables] of Object.entries(LISTS)) {
    const { runs } = await ask({ first: PAGE, ...variables });
    if (runs.length === 0) {
      rows.push({ list, runs: 0 }); // rare ones, where there are few runs
      continue;
    }
    const row = { list, runs: runs.length, 'first page, ms': await milliseconds(variables) };
    let after = null;
    for (let page = 0; page < DEEP; page++) {
      const { next } = await ask({ first: 200, after, ...variables });
      if (next === null) break;
      after = next;
    }
    if (after !== null) row['deep page, ms'] = await milliseconds({ after, ...variables });
    rows.push(row);
  }
  await hub.stop();
  return rows;
}
