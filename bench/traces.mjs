// What traces cost: the processor time of requests to a hub that sends them to a collector, and to one that does not.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check, median } from './support/check.mjs';
import { cpuOf } from './support/cpu.mjs';
import { SAMPLES, serveSample, settled, startHub } from './support/hub.mjs';

export function describe(command) {
  return command
    .description('processor time of requests with and without traces (Linux)')
    .option('--requests <n>', 'requests of each kind in a round', '300')
    .option('--rounds <n>', 'rounds, in which the hubs take turns', '7');
}

export async function measure({ requests, rounds }) {
  const collector = createServer((request, response) => request.resume().on('end', () => response.end('{}')));
  await new Promise((listening) => collector.listen(0, '127.0.0.1', listening));
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const hubs = [];
  try {
    const kinds = { 'without traces': [], 'with traces': ['--otlp', `http://127.0.0.1:${collector.address().port}`] };
    for (const [kind, options] of Object.entries(kinds)) {
      const hub = await startHub(join(folder, kind.replace(' ', '-')), ...options);
      hubs.push({ ...hub, kind });
      await serveSample(hub.client);
      await settled(hub.client);
    }
    const work = await requestsOf();
    const rows = [];
    const checks = [];
    for (const [name, send] of Object.entries(work)) {
      const taken = await inTurns(hubs, send, Number(requests), Number(rounds));
      const [without, traced] = taken.map(median);
      rows.push({ request: name, 'without traces, ms': without, 'with traces, ms': traced });
      const ratios = taken[1].map((ms, round) => ms / taken[0][round]);
      checks.push(check(`${name}: processor time with traces / without (median)`, median(ratios), { atMost: 1.25 }));
    }
    return { rows, checks };
  } finally {
    for (const hub of hubs) await hub.stop();
    collector.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns what is sent, by name. */
async function requestsOf() {
  const [name] = await readdir(join(SAMPLES, 'photos'));
  const photo = await readFile(join(SAMPLES, 'photos', name));
  const post = async ({ url, token }, path, type, body) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type };
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body });
    if (!response.ok) throw new Error(await response.text());
    return response.arrayBuffer();
  };
  const query = JSON.stringify({ query: '{ runs(first: 20) { edges { node { id state testAccuracy } } } }' });
  return {
    'a list of runs in GraphQL': (hub) => post(hub, '/graphql', 'application/json', query),
    'a photo': (hub) => post(hub, '/v1/classify?model=cifar10', 'image/jpeg', photo),
  };
}

/** @returns for each hub, the milliseconds of processor time of a request in each round. */
async function inTurns(hubs, send, requests, rounds) {
  const taken = hubs.map(() => []);
  for (let round = -1; round < rounds; round++) {
    for (const [i, hub] of hubs.entries()) {
      const { all } = await cpuOf(hub.child.pid);
      for (let sent = 0; sent < requests; sent++) await send(hub);
      const used = (await cpuOf(hub.child.pid)).all - all;
      if (round >= 0) taken[i].push(used / requests); // the first one compiles
    }
  }
  return taken;
}
