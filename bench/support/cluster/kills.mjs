import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { randomStream, uniform } from '../../../out/random.js';
import { check } from '../check.mjs';
import { Ledger } from '../faults/ledger.mjs';
import { problemsIn } from '../faults/verify.mjs';
import { follow, WORK } from '../faults/work.mjs';
import { ended, SAMPLES } from '../hub.mjs';

/** Seconds within which a process answers again after PostgreSQL was killed. */
const RECOVERY = 60;
/** Events of which a run may have one for each epoch. */
const TWICE = `SELECT run_id, count(*) FROM run_events WHERE kind = 'EPOCH'
  GROUP BY run_id, details->'epoch'->>'epoch' HAVING count(*) > 1`;

/**
 * Kills workers, the process that answers and PostgreSQL in turn, at random moments of each kind of work. What was
 * acknowledged must be there after each; in the end every run must have come to its end, once.
 */
export async function measureKills(room, { kills, seed }) {
  const random = randomStream(seed, 'kills');
  const ledger = new Ledger(join(SAMPLES, 'cifar10-sample.tar.gz'));
  const processes = {
    hub: await room.start('api,serve'),
    workers: [await room.start('train'), await room.start('train')],
  };
  const client = () => processes.hub.client;
  const seconds = await undisturbed(client(), ledger);
  const [rows, disturbed] = [[], new Set()];
  for (let at = 0; at < kills; at++) {
    const work = Object.keys(WORK)[Math.floor(at / 3) % Object.keys(WORK).length];
    const role = Object.keys(KILLS)[at % 3];
    const known = new Set(ledger.runs.keys());
    const working = WORK[work](client(), ledger).catch(() => undefined); // the rest of it is not answered
    await delay(uniform(random) * seconds[work] * 1000);
    await KILLS[role](room, processes, at);
    await working;
    for (const id of ledger.runs.keys()) if (!known.has(id)) disturbed.add(id);
    rows.push({
      fault: `kill -9 of ${role}`,
      during: work,
      problems: await whenItAnswers(() => ledger.losses(client())),
    });
  }
  for (const id of ledger.runs.keys()) {
    const { state, error } = await follow(client(), ledger, id);
    if (state === 'SUCCEEDED') continue;
    rows.push({ fault: `run ${id}`, problems: [`${state}: ${error?.code}: ${error?.message}`] });
    disturbed.delete(id);
  }
  for (const id of disturbed)
    rows.push({ fault: `run ${id}`, during: 'its repetition', problems: await differences(client(), id) });
  const twice = await room.query(TWICE);
  rows.push({ fault: 'epochs stored twice', problems: twice.map(({ run_id: id }) => `run ${id}`) });
  await room.stop();
  rows.push({ fault: 'hub verify', problems: await problemsIn(processes.hub.data, room.env) });
  const found = rows.flatMap(({ problems }) => problems);
  for (const problem of found) process.stderr.write(`${problem}\n`);
  return {
    rows: rows.map(({ problems, ...row }) => ({ ...row, problems: problems.join('; ') || 'none' })),
    checks: [
      check(
        `${kills} processes killed, in turn a worker, the one that answers, and PostgreSQL: lost, half-written or done twice`,
        found.length,
        { atMost: 0 },
      ),
    ],
  };
}

const KILLS = {
  async worker(room, processes, at) {
    const which = at % processes.workers.length;
    await processes.workers[which].kill();
    processes.workers[which] = await room.start('train');
  },
  async 'the process that answers'(room, processes) {
    await processes.hub.kill();
    processes.hub = await room.start('api,serve', { data: processes.hub.data });
  },
  async PostgreSQL(room) {
    await room.postgres.stop('immediate');
    await room.postgres.start();
  },
};

/** Does each kind of work once, training twice. @returns the seconds that each takes. */
async function undisturbed(client, ledger) {
  const seconds = {};
  for (const name of ['upload', 'ingestion', 'training', 'training', 'promotion']) {
    const began = performance.now();
    await WORK[name](client, ledger);
    seconds[name] = (performance.now() - began) / 1000;
  }
  return seconds;
}

/** Repeats a question until it is answered. */
async function whenItAnswers(ask) {
  for (const until = performance.now() + RECOVERY * 1000; ; await delay(500)) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > until) return [`does not answer ${RECOVERY} s later: ${error.message}`];
    }
  }
}

/** Repeats a run that was disturbed. @returns what is not the same. */
async function differences(client, id) {
  const { reproduceRun } = await client.request('mutation ($id: ID!) { reproduceRun(id: $id) { id } }', { id });
  await ended(client, reproduceRun.id);
  const { run } = await client.request('query ($id: ID!) { run(id: $id) { reproduction { agrees } } }', reproduceRun);
  return run.reproduction?.agrees ? [] : ['its figures are not those of an undisturbed repetition'];
}
