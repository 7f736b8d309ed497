import { join } from 'node:path';
import { check, median } from '../check.mjs';
import { ended, register, SAMPLES } from '../hub.mjs';
import { queueRun } from './room.mjs';

/** Ten variants of each training image: more than a minute of features on a core. */
const RECIPE = { epochs: 1, mirror: true, crops: 8 };
/** Seconds that features must still take to be shared. */
const SHARED = ['--share-features', '5'];

/** The features of one run on one worker, and on two, each pinned to a core of its own. */
export async function measureFeatures(room, { rounds }) {
  const hub = await room.start('api,serve');
  const { id } = await register(hub.client, 'sample', join(SAMPLES, 'cifar10-sample.tar.gz'));
  const one = await room.start('train', { core: 0, options: SHARED });
  let other = await room.start('train', { core: 1, options: SHARED });
  const { data } = other;
  await featuresOf(room, hub, id); // copies the backbone to the folder of each
  await room.stop(other);
  const rows = [];
  for (let round = 1; round <= rounds; round++) {
    const alone = await featuresOf(room, hub, id);
    other = await room.start('train', { core: 1, data, options: SHARED });
    const both = await featuresOf(room, hub, id);
    await room.stop(other);
    if (alone.isShared || !both.isShared)
      throw new Error('the features were shared when they should not, or not when they should');
    if (alone.chunks !== both.chunks) throw new Error('two workers computed other bytes than one');
    const [s1, s2] = [alone.seconds, both.seconds];
    rows.push({ round, '1 worker s': s1, '2 workers s': s2, 'speed-up': s1 / s2 });
  }
  await room.stop(one, hub);
  const speedUp = median(rows.map((row) => row['speed-up']));
  return {
    rows,
    checks: [check('features of a run on 2 workers of a core each: speed-up over 1', speedUp, { atLeast: 1.7 })],
  };
}

/** Seconds from queueing a run without cached features to its training, and the hashes of the features. */
async function featuresOf(room, { client }, datasetVersionId) {
  await room.query('DELETE FROM feature_chunks');
  const began = performance.now();
  const id = await queueRun(client, datasetVersionId, RECIPE);
  const events = client.subscribe('subscription ($id: ID!) { runEvents(id: $id) { message progress { phase } } }', {
    id,
  });
  let seconds;
  let isShared = false;
  for await (const { runEvents } of events) {
    isShared ||= /Shared among/.test(runEvents.message ?? '');
    if (runEvents.progress?.phase === 'TRAINING') seconds ??= (performance.now() - began) / 1000;
  }
  await ended(client, id);
  const rows = await room.query('SELECT index, blob FROM feature_chunks ORDER BY index');
  return { seconds, isShared, chunks: JSON.stringify(rows) };
}
