import { setTimeout as delay } from 'node:timers/promises';
import { check, median } from '../check.mjs';
import { cpuOf } from '../cpu.mjs';
import { serveSample, settled } from '../hub.mjs';

/** From starting a process that answers, on a folder with copies of the blobs, to the first time that it is ready. */
export async function measureStart(room, { rounds }) {
  const worker = await room.start('train');
  let hub = await room.start('api,serve');
  await serveSample(hub.client);
  await settled(hub.client);
  const { data } = hub;
  await room.stop(worker, hub);
  const rows = [];
  for (let round = 1; round <= rounds; round++) {
    const began = performance.now();
    hub = await room.start('api,serve', { data });
    while (!(await fetch(`${hub.url}/ready`)).ok) await delay(20);
    const seconds = (performance.now() - began) / 1000;
    rows.push({ round, 'ready s': seconds, 'of a core s': (await cpuOf(hub.child.pid)).all / 1000 });
    await room.stop(hub);
  }
  const seconds = median(rows.map((row) => row['ready s']));
  return {
    rows,
    checks: [check('start of a process that answers, with copies of the blobs, to ready, s', seconds, { atMost: 5 })],
  };
}
