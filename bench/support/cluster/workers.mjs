import { check, median } from '../check.mjs';
import { ended } from '../hub.mjs';
import { queueRun, registerParts } from './room.mjs';

/** Computes features of each part, and trains on them for about as long. */
const RECIPE = { epochs: 20, patience: null, batchSize: 20 };
const FRACTION = 0.4;

/** Two runs on one worker, and two on two workers, each pinned to a core of its own. */
export async function measureWorkers(room, { rounds }) {
  const hub = await room.start('api,serve');
  const parts = await registerParts(hub.client, 4 * rounds + 2, FRACTION);
  const secondsOf = async () => {
    const began = performance.now();
    const runs = [];
    for (const id of parts.splice(0, 2)) runs.push(await queueRun(hub.client, id, RECIPE));
    await Promise.all(runs.map((id) => ended(hub.client, id)));
    const states = await room.query('SELECT state, error FROM runs WHERE id = ANY($1)', [runs]);
    if (states.some(({ state }) => state !== 'SUCCEEDED')) throw new Error(`the runs are ${JSON.stringify(states)}`);
    return (performance.now() - began) / 1000;
  };
  const one = await room.start('train', { core: 0 });
  let other = await room.start('train', { core: 1 });
  const { data } = other;
  await secondsOf(); // copies the backbone to the folder of each
  await room.stop(other);
  const rows = [];
  for (let round = 1; round <= rounds; round++) {
    const alone = await secondsOf();
    other = await room.start('train', { core: 1, data });
    const both = await secondsOf();
    await room.stop(other);
    rows.push({ round, '1 worker s': alone, '2 workers s': both, 'speed-up': alone / both });
  }
  await room.stop(one, hub);
  const speedUp = median(rows.map((row) => row['speed-up']));
  return { rows, checks: [check('two runs on 2 workers of a core each: speed-up over 1', speedUp, { atLeast: 1.7 })] };
}
