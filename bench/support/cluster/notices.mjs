import { check, percentile } from '../check.mjs';
import { queueRun, registerParts } from './room.mjs';

const RECIPE = { epochs: 100, patience: null, batchSize: 50 };

/** From an epoch's row of a worker to a subscriber of another process. Both clocks are this machine's. */
export async function measureNotices(room) {
  const hub = await room.start('api,serve');
  const worker = await room.start('train');
  const [part] = await registerParts(hub.client, 1, 0.1);
  const id = await queueRun(hub.client, part, RECIPE);
  const late = [];
  const events = hub.client.subscribe('subscription ($id: ID!) { runEvents(id: $id) { at kind } }', { id });
  for await (const { runEvents } of events) {
    if (runEvents.kind === 'EPOCH') late.push(Date.now() - Date.parse(runEvents.at));
  }
  const [{ stored }] = await room.query('SELECT count(*) AS stored FROM run_epochs WHERE run_id = $1', [id]);
  await room.stop(worker, hub);
  const [p50, p95] = [percentile(late, 0.5), percentile(late, 0.95)];
  return {
    rows: [
      { what: 'an epoch, from a worker to a subscriber of the hub', events: late.length, 'p50 ms': p50, 'p95 ms': p95 },
    ],
    checks: [
      check('epochs told / stored', late.length / Number(stored), { atLeast: 1 }),
      check('from the row of an epoch to a subscriber of another process, p95 ms', p95, { atMost: 1000 }),
    ],
  };
}
