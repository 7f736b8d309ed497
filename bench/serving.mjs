// The hub beside the servers that one would otherwise put before a network: the same network, photos of 640 x 480, from
// a client in a process of its own. Rounds are interleaved, and every server is started anew in each.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findOpenVino } from '../out/engines/openvino/find-openvino.js';
import { check, mean, percentile } from './support/check.mjs';
import { withWeightsOption } from './support/data.mjs';
import { startHub } from './support/hub.mjs';
import { load, probabilitiesOf } from './support/load.mjs';
import { instructionSets } from './support/processor.mjs';
import { run } from './support/python.mjs';
import { PEERS, residentMemory, startPeer } from './support/servers.mjs';
import { ANY_ACCURACY, exportNetwork, pin, prepareHub, requestOf } from './support/serving-hub.mjs';

const RAW_LOOP = fileURLToPath(new URL('./support/raw-loop.mjs', import.meta.url));
/** Photos before the clock starts. */
const WARM_UP = 8;
/** Longest that a server may take to its first answer, in milliseconds. */
const START_LIMIT = 120_000;
/** Photos at once that no server can answer in time. */
const CROWD = 256;
/** Milliseconds: the hub's default deadline, and within which what is too much must be refused. */
const [DEADLINE, REFUSED_WITHIN] = [10_000, 300];
/** The hub with a form of the version pinned; with OpenVINO where that is installed, and bfloat16 where the processor has it. */
const [HUB, HUB_INT8, OPENVINO, OPENVINO_BF16, OPENVINO_INT8] = [
  ...['hub', 'hub-int8', 'hub-openvino', 'hub-openvino-bf16', 'hub-openvino-int8'],
];
const SETS = instructionSets() ?? [];
const FORMS = {
  [HUB]: { precision: 'FP32', runtime: 'ONNX_RUNTIME' },
  [HUB_INT8]: { precision: 'INT8', runtime: 'ONNX_RUNTIME' },
  ...(findOpenVino() && {
    [OPENVINO]: { precision: 'FP32', runtime: 'OPENVINO' },
    ...(SETS.includes('BF16') && { [OPENVINO_BF16]: { precision: 'BF16', runtime: 'OPENVINO' } }),
    [OPENVINO_INT8]: { precision: 'INT8', runtime: 'OPENVINO' },
  }),
};
/** By class of processors: photos a second of each form, at least so many times those of the best server with floats. */
const TARGETS = SETS.includes('VNNI')
  ? { [HUB_INT8]: 2, [OPENVINO_BF16]: 1.8, [OPENVINO_INT8]: 3 }
  : { [HUB_INT8]: 1.6, [OPENVINO_INT8]: 1.9 };

export function describe(command) {
  return withWeightsOption(command)
    .description('photos through the hub and through other servers of the same network')
    .option('--peers <names>', `of ${Object.keys(PEERS).join(', ')}`, Object.keys(PEERS).join(','))
    .option('--rounds <n>', 'rounds', '2')
    .option('--concurrency <list>', 'photos on their way at once', '1,8,32')
    .option('--requests <n>', 'photos for each of these', '96')
    .option('--size <pixels>', 'side of the picture that the network sees', '299');
}

export async function measure({ peers, rounds, concurrency, requests, size, weights }) {
  const folder = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const backbone = resolve(weights);
  try {
    const photos = (await prepareHub(join(folder, HUB), { backbone, imageSizes: [Number(size)] })).slice(0, 64);
    for (const [name, { precision, ...form }] of Object.entries(FORMS).toReversed()) {
      if (name !== HUB) await cp(join(folder, HUB), join(folder, name), { recursive: true });
      await pin(join(folder, name), precision, form);
    }
    const network = { ...(await exportNetwork(join(folder, HUB), folder)), backbone };
    const context = { network, photos, requests: Number(requests), levels: concurrency.split(',').map(Number) };
    const names = [...Object.keys(FORMS), ...peers.split(',').filter(Boolean)];
    const measured = [];
    const raw = [];
    for (let round = 0; round < Number(rounds); round++) {
      raw.push(await rawLoop(network, photos));
      for (const name of round % 2 ? names.toReversed() : names) measured.push(await measureServer(name, context));
    }
    const crowd = await measureCrowd(context);
    return { rows: rowsOf(names, measured, mean(raw)), checks: checksOf(names, measured, mean(raw), crowd) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Photos a second, decoded and computed one after the other. */
async function rawLoop({ model, side }, photos) {
  const { stdout } = await run(process.execPath, [RAW_LOOP, model, String(side), '5', ...photos]);
  return JSON.parse(stdout).perSecond;
}

async function startServer(name, { network }) {
  if (!FORMS[name]) return startPeer(name, network);
  const data = join(network.folder, name);
  const began = performance.now();
  const hub = await startHub(data, ...ANY_ACCURACY);
  return { pid: hub.child.pid, began, request: await requestOf(hub, data), stop: hub.stop };
}

async function measureServer(name, context) {
  const { photos, network, requests, levels } = context;
  const server = await startServer(name, context);
  const ask = (photos, concurrency, requests) => load({ ...server.request, photos, concurrency, requests });
  try {
    const startSeconds = await firstAnswer(server, photos, network.labels);
    await ask(photos, 4, WARM_UP);
    const atLevels = [];
    for (const concurrency of levels) {
      const { seconds, answers } = await ask(photos, concurrency, requests);
      const good = answers.filter((answer) => probabilitiesOf(answer, network.labels));
      const perSecond = good.length / seconds;
      atLevels.push({ concurrency, perSecond, errors: answers.length - good.length, ms: good.map(({ ms }) => ms) });
    }
    const memory = await residentMemory(server.pid);
    const { answers } = await ask(photos, 4, photos.length);
    return { name, startSeconds, memory, atLevels, labels: labelsOf(answers, network.labels) };
  } finally {
    await server.stop();
  }
}

/** Asks until there is an answer. @returns the seconds since the server was started. */
async function firstAnswer({ request, began }, photos, labels) {
  for (;;) {
    const { answers } = await load({ ...request, photos: photos.slice(0, 1), concurrency: 1, requests: 1 });
    if (probabilitiesOf(answers[0], labels)) return (performance.now() - began) / 1000;
    if (performance.now() - began > START_LIMIT) throw new Error(`no answer but ${JSON.stringify(answers[0])}`);
  }
}

/** The most probable class of each photo. */
function labelsOf(answers, labels) {
  return answers
    .toSorted((a, b) => a.photo - b.photo)
    .map((answer) => {
      const row = probabilitiesOf(answer, labels) ?? [];
      return labels[row.indexOf(Math.max(...row))];
    });
}

/** Far more photos at once than can be answered. */
async function measureCrowd(context) {
  const server = await startServer(HUB, context);
  try {
    await firstAnswer(server, context.photos, context.network.labels);
    await load({ ...server.request, photos: context.photos, concurrency: 4, requests: WARM_UP });
    const { answers } = await load({
      ...server.request,
      photos: context.photos,
      concurrency: CROWD,
      requests: CROWD,
    });
    const refused = answers.filter(({ status }) => status === 429);
    const accepted = answers.filter(({ status }) => status === 200);
    return {
      accepted: accepted.length,
      refused: refused.length,
      unsaid: refused.filter(({ retryAfter }) => !retryAfter).length,
      others: answers.length - accepted.length - refused.length,
      late: accepted.filter(({ ms }) => ms > DEADLINE).length,
      lastRefusal: Math.max(0, ...refused.map(({ ms }) => ms)),
    };
  } finally {
    await server.stop();
  }
}

/** What the rounds of a server came to. */
function summary(name, measured) {
  const rounds = measured.filter((one) => one.name === name);
  const atLevels = rounds[0].atLevels.map(({ concurrency }, i) => {
    const cells = rounds.map((one) => one.atLevels[i]);
    const ms = cells.flatMap((cell) => cell.ms);
    return {
      concurrency,
      perSecond: mean(cells.map((cell) => cell.perSecond)),
      p50: percentile(ms, 0.5),
      p99: percentile(ms, 0.99),
      errors: sum(cells.map((cell) => cell.errors)),
    };
  });
  const memory = Math.max(...rounds.map((one) => one.memory));
  return {
    name,
    memory,
    startSeconds: mean(rounds.map((one) => one.startSeconds)),
    atLevels,
    labels: rounds[0].labels,
  };
}

function rowsOf(names, measured, raw) {
  const hub = summary(HUB, measured);
  const rows = names.flatMap((name) => {
    const { memory, startSeconds, atLevels, labels } = summary(name, measured);
    const same = labels.filter((label, i) => label === hub.labels[i]).length;
    return atLevels.map(({ concurrency, perSecond, p50, p99, errors }) => ({
      server: name,
      concurrency,
      'photos/s': Number(perSecond.toFixed(1)),
      'p50 ms': Math.round(p50),
      'p99 ms': Math.round(p99),
      errors,
      'memory MB': Math.round(memory / 1e6),
      'start s': Number(startSeconds.toFixed(1)),
      "the hub's labels": `${same} of ${labels.length}`,
    }));
  });
  return [{ server: 'no server, one photo after the other', 'photos/s': Number(raw.toFixed(1)) }, ...rows];
}

function checksOf(names, measured, raw, crowd) {
  const of = Object.fromEntries(names.map((name) => [name, summary(name, measured)]));
  const peers = names.filter((name) => !FORMS[name]);
  const inFloats = peers.filter((name) => name !== 'litserve-int8');
  const most = (...servers) => Math.max(0, ...servers.flatMap((name) => of[name].atLevels.map((at) => at.perSecond)));
  const errors = Object.keys(FORMS).flatMap((name) => of[name].atLevels.map((at) => at.errors));
  const leastMemory = Math.min(...inFloats.map((name) => of[name].memory));
  const { accepted, refused, unsaid, others, late, lastRefusal } = crowd;
  const int8Against = (name, least) =>
    peers.includes(name)
      ? [check(`photos/s: hub-int8 / ${name}`, most(HUB_INT8) / most(name), { atLeast: least })]
      : [];
  return [
    check('photos/s: hub / loop without a server', most(HUB) / raw, { atLeast: 0.95 }),
    ...of[HUB].atLevels.map(({ concurrency }, i) => {
      const at = (name) => of[name].atLevels[i].perSecond;
      const own = Math.max(...[HUB, OPENVINO].filter((name) => name in of).map(at));
      const best = Math.max(...inFloats.map(at));
      return check(`photos/s at concurrency ${concurrency}: hub with floats / best peer`, own / best, { atLeast: 1 });
    }),
    ...Object.entries(TARGETS)
      .filter(([name]) => name in of)
      .map(([name, least]) =>
        check(`photos/s: ${name} / best peer with floats`, most(name) / most(...inFloats), { atLeast: least }),
      ),
    ...int8Against('fastapi-keras', 2.5),
    ...int8Against('litserve-int8', 1.05),
    check('memory: hub / least of the peers with floats', of[HUB].memory / leastMemory, { atMost: 1 }),
    check('failed requests of the hub', sum(errors), { atMost: 0 }),
    check(`${CROWD} photos at once: accepted`, accepted, { atLeast: 1 }),
    check('of them answered later than their deadline, or not at all', late + others, { atMost: 0 }),
    check(`refused with 429 (of ${refused}) without Retry-After`, unsaid, { atMost: 0 }),
    check('last refusal after, ms', lastRefusal, { atMost: REFUSED_WITHIN }),
  ];
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
