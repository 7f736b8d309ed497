// Attacks by one token while another one classifies: the hub stays, and the other is answered in time.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { attacksOn } from './support/attacks.mjs';
import { check, percentile } from './support/check.mjs';
import { SAMPLES, serveSample, settled, startHubIn } from './support/hub.mjs';
import { residentMemory } from './support/memory.mjs';

const CALLER = fileURLToPath(new URL('support/abuse-caller.mjs', import.meta.url));
const ATTACKER = fileURLToPath(new URL('support/attacker.mjs', import.meta.url));
/** Milliseconds within which a refusal comes. */
const AT_ONCE = 50;
/** Refusals of each kind that are timed, one after the other. */
const REFUSALS = 20;
/** Seconds of quiet that are measured, and within which memory is back. */
const QUIET = 15;
const BACK = 60;
/** Photos that an honest user sends at once before anything is measured, and how many times. */
const AT_ONCE_HONESTLY = 48;
const ROUNDS = 8;

export function describe(command) {
  return command
    .description('attacks by one token while another one classifies, on loopback')
    .option('--only <text>', 'attacks whose names contain this');
}

export async function measure({ only = '' }) {
  const data = await mkdtemp(join(tmpdir(), 'hub-abuse-'));
  // As the first line of dist/hub.js sets it, and docs/operations.md for services.
  const hub = await startHubIn({ MALLOC_ARENA_MAX: '2' }, data, '--log-level', 'error');
  try {
    await serveSample(hub.client);
    await settled(hub.client);
    return await attackAll(hub, data, only);
  } finally {
    await hub.stop();
    await rm(data, { recursive: true, force: true });
  }
}

async function attackAll(hub, data, only) {
  const [name] = await readdir(join(SAMPLES, 'photos'));
  const photo = join(SAMPLES, 'photos', name);
  const [good, bad] = await Promise.all(['good', 'bad'].map((token) => createToken(hub.client, token)));
  const { datasets } = await hub.client.request('{ datasets { versions { id } } }');
  const on = { url: hub.url, token: bad, version: datasets[0].versions[0].id, photo };
  const attacks = Object.entries(attacksOn({ ...on, photo: await readFile(photo) }));
  const attacker = fork(ATTACKER);
  attacker.send(on);
  const caller = fork(CALLER);
  const headers = { authorization: `Bearer ${good}`, 'content-type': 'image/jpeg' };
  const url = `${hub.url}/v1/classify?model=cifar10`;
  await warmUp(url, headers, await readFile(photo));
  await look(hub.client, on.version);
  caller.send({ url, headers, photo });
  const take = async () => {
    caller.send('take');
    return (await once(caller, 'message'))[0];
  };
  try {
    await wait(5000);
    await take();
    await wait(QUIET * 1000);
    const quiet = percentile(timesOf(await take()), 0.99);
    const before = { memory: await residentMemory(hub.child.pid), handles: await handlesOf(hub.child.pid, data) };
    const rows = [];
    const refusals = [];
    let most = before.memory;
    const sampling = setInterval(() => {
      void residentMemory(hub.child.pid).then(
        (now) => {
          most = Math.max(most, now);
        },
        () => undefined,
      );
    }, 100);
    for (const [attack, { ask }] of attacks.filter(([each]) => each.includes(only))) {
      await take();
      attacker.send(attack);
      await once(attacker, 'message');
      const answers = await take();
      const times = ask ? await timeRefusals(ask) : [];
      refusals.push(...times);
      const failed = answers.filter(({ status }) => status !== 200).length;
      rows.push({
        attack,
        answers: answers.length,
        failed,
        'p99 ms': Math.round(percentile(timesOf(answers), 0.99)),
        'p99 / quiet': percentile(timesOf(answers), 0.99) / quiet,
        'slowest refusal ms': times.length > 0 ? Math.round(Math.max(...times)) : null,
      });
      await wait(2000);
    }
    clearInterval(sampling);
    const after = await settle(hub.child.pid, data, before);
    tellNew(before.handles, after.handles);
    const files = (await readdir(join(data, 'tmp'))).filter((file) => file.startsWith('upload-')).length;
    return {
      rows,
      checks: checksOf({ rows, refusals, before, most, after, files, restarts: hub.child.exitCode === null ? 0 : 1 }),
    };
  } finally {
    caller.disconnect();
    attacker.disconnect();
  }
}

/** Lets the hub load what it loads for any user with many photos: lanes, each a thread with a network. */
async function warmUp(url, headers, body) {
  for (let round = 0; round < ROUNDS; round++) {
    const answers = Array.from({ length: AT_ONCE_HONESTLY }, () => fetch(url, { method: 'POST', headers, body }));
    await Promise.all(answers.map(async (answer) => (await answer).arrayBuffer()));
  }
}

/** Lets it open the images of a dataset version, which stay open for the next look. */
async function look(client, id) {
  const sheet = 'query ($id: ID!) { datasetVersion(id: $id) { contactSheet(label: "cat", columns: 2, rows: 2) } }';
  await client.request(sheet, { id });
}

/** @returns milliseconds of each. */
async function timeRefusals(ask) {
  const times = [];
  while (times.length < REFUSALS) {
    const { status, ms } = await ask();
    if (status < 400 || status >= 500) throw new Error(`an attack was answered with ${status}`);
    times.push(ms);
  }
  return times;
}

/** Waits until memory and handles are back, for a minute at most. */
async function settle(pid, data, before) {
  for (let second = 0; ; second++) {
    const now = { memory: await residentMemory(pid), handles: await handlesOf(pid, data) };
    if (second >= BACK || (now.handles.length <= before.handles.length && now.memory < before.memory * 1.1)) return now;
    await wait(1000);
  }
}

/** Prints the new descriptors, to find a leak. */
function tellNew(before, after) {
  const left = [...after];
  for (const each of before) if (left.includes(each)) left.splice(left.indexOf(each), 1);
  if (left.length > 0) console.error(`new descriptors: ${left.join(', ')}`);
}

function checksOf({ rows, refusals, before, most, after, files, restarts }) {
  const worst = (what) => Math.max(...rows.map((row) => row[what]));
  return [
    check('p99 of another token, worst attack / quiet', worst('p99 / quiet'), { atMost: 2 }),
    check(
      'its photos that were not answered',
      rows.reduce((sum, { failed }) => sum + failed, 0),
      { atMost: 0 },
    ),
    check('restarts of the hub', restarts, { atMost: 0 }),
    check('memory over quiet, most, in MB', (most - before.memory) / 1e6, { atMost: 700 }),
    check('memory over quiet after a minute, in MB', Math.max(0, (after.memory - before.memory) / 1e6), {
      atMost: 200,
    }),
    check('files left', files, { atMost: 0 }),
    check('descriptors left', Math.max(0, after.handles.length - before.handles.length), { atMost: 0 }),
    check('refusals', refusals.length, { atLeast: 100 }),
    check(`refusals slower than ${AT_ONCE} ms`, refusals.filter((ms) => ms > AT_ONCE).length, { atMost: 0 }),
  ];
}

const timesOf = (answers) => answers.map(({ ms }) => ms);

async function createToken(client, name) {
  const { createToken: created } = await client.request(
    'mutation ($name: String!) { createToken(input: { name: $name, role: VIEWER }) { secret } }',
    { name },
  );
  return created.secret;
}

/** Kinds or paths of what a process has open, without the tables of its database. Linux alone tells. */
async function handlesOf(pid, data) {
  const folder = `/proc/${pid}/fd`;
  const links = (await readdir(folder)).map((number) => readlink(join(folder, number)).catch(() => null));
  const tables = join(data, 'database');
  const open = (await Promise.all(links)).filter((path) => path !== null && !path.startsWith(tables));
  return open.map((path) => path.replace(/:\[\d+\]$/, ''));
}
