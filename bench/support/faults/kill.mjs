import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ended } from '../hub.mjs';
import { problemsIn } from './verify.mjs';
import { follow, startHub, WORK } from './work.mjs';

/**
 * Kills a hub, or its worker, at random moments of each kind of work. Behind each: the data folder is whole, and the hub
 * that is started again has all that was acknowledged. In the end every run must have come to its end, and those that
 * were disturbed to the same as when they are repeated.
 */
export async function kill(data, ledger, { kills, draw, seconds, work: kinds }) {
  const rows = [];
  const disturbed = new Set();
  let hub = await startHub(data, ledger);
  for (let at = 0; at < kills; at++) {
    const work = kinds[at % kinds.length];
    const moment = draw() * seconds[work] * 1000;
    const wantsWorker = work === 'training' && draw() < 0.5;
    const known = new Set(ledger.runs.keys());
    const working = WORK[work](hub.client, ledger).catch(() => undefined); // nobody answers the rest of it
    await delay(moment);
    const worker = wantsWorker ? await workerOf(hub.child.pid) : undefined;
    if (worker === undefined) await hub.kill();
    else process.kill(worker, 'SIGKILL');
    await working;
    for (const id of ledger.runs.keys()) if (!known.has(id)) disturbed.add(id);
    const problems = [];
    if (worker === undefined) {
      problems.push(...(await problemsIn(data)));
      hub = await startHub(data, ledger);
    }
    problems.push(...(await ledger.losses(hub.client)));
    rows.push({
      fault: `kill -9 of ${worker === undefined ? 'hub' : 'worker'}`,
      during: work,
      'after ms': Math.round(moment),
      problems,
    });
  }
  for (const id of ledger.runs.keys()) {
    const { state, error } = await follow(hub.client, ledger, id);
    if (state !== 'SUCCEEDED') rows.push(ofRun(id, `${state}: ${error?.message}`));
  }
  for (const id of disturbed) {
    const again = (await hub.client.request('mutation ($id: ID!) { reproduceRun(id: $id) { id } }', { id }))
      .reproduceRun.id;
    await ended(hub.client, again);
    const { run } = await hub.client.request('query ($id: ID!) { run(id: $id) { reproduction { agrees } } }', {
      id: again,
    });
    if (!run.reproduction?.agrees) rows.push(ofRun(id, 'its figures are not those of an undisturbed repetition'));
  }
  await hub.stop();
  return rows;
}

const ofRun = (id, problem) => ({ fault: 'kill -9', during: 'training', problems: [`run ${id}: ${problem}`] });

/** The hub's training process, where the system tells which it is. */
async function workerOf(pid) {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  const [first] = children.trim().split(' ').filter(Boolean).map(Number);
  return first;
}
