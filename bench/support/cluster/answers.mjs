import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { check } from '../check.mjs';
import { cpuOf } from '../cpu.mjs';
import { SAMPLES, serveSample, settled } from '../hub.mjs';
import { load } from '../load.mjs';

const [REQUESTS, CONCURRENCY] = [1500, 8];
/** Milliseconds after which the answers of a load are written. */
const WRITTEN = 3000;

/** What a kept answer takes of PostgreSQL: its processor time for a load with kept answers, less that without. */
export async function measureAnswers(room) {
  const worker = await room.start('train');
  const hub = await room.start('api,serve');
  await serveSample(hub.client);
  await settled(hub.client);
  await room.stop(worker);
  const photos = (await readdir(join(SAMPLES, 'photos'))).map((name) => join(SAMPLES, 'photos', name));
  const headers = { authorization: `Bearer ${hub.token}` };
  const task = { url: `${hub.url}/v1/classify?model=cifar10`, form: 'file', field: 'image', headers, photos };
  const cpuOfLoad = async () => {
    const before = await cpuOfPostgres(room);
    await load({ ...task, concurrency: CONCURRENCY, requests: REQUESTS });
    await delay(WRITTEN);
    return (await cpuOfPostgres(room)) - before;
  };
  await cpuOfLoad();
  const without = await cpuOfLoad();
  await hub.client.request(
    'mutation { setPredictionLog(model: "cifar10", sample: 1, keepDays: 1, reason: "bench") { name } }',
  );
  const kept = await cpuOfLoad();
  const [{ count }] = await room.query('SELECT count(*) FROM predictions');
  await room.stop(hub);
  const ms = (kept - without) / Number(count);
  return {
    rows: [{ what: 'a kept answer, of a core of PostgreSQL', answers: Number(count), ms }],
    checks: [check('answers kept / answered', Number(count) / REQUESTS, { atLeast: 1 })],
  };
}

/** Milliseconds that the processes of the server have used. */
async function cpuOfPostgres(room) {
  const [{ pid }] = await room.query("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'");
  const server = execFileSync('ps', ['-o', 'ppid=', String(pid)], { encoding: 'utf8' }).trim();
  const pids = execFileSync('ps', ['--ppid', server, '-o', 'pid='], { encoding: 'utf8' }).trim().split(/\s+/);
  const times = await Promise.all(pids.map((each) => cpuOf(each).catch(() => ({ all: 0 })))); // one may have ended
  return times.reduce((sum, { all }) => sum + all, 0);
}
