import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { peerPython, run } from './python.mjs';

const SERVERS = fileURLToPath(new URL('../peers/serving', import.meta.url));

const LITSERVE = {
  python: 'litserve',
  command: (bin, port) => [join(bin, 'python'), ['litserve_onnx.py', String(port)]],
  path: '/predict',
  form: 'file',
  field: 'request',
};

/**
 * The peers as their users would write them. Each: the environment it needs, its command on a port, and how a photo is
 * sent. `network` says what it computes: { model, int8, head, backbone, side, folder }.
 */
export const PEERS = {
  'fastapi-onnx': {
    python: 'litserve',
    command: (bin, port) => uvicorn(bin, 'fastapi_onnx:app', port),
    path: '/predict',
    form: 'file',
    field: 'photo',
  },
  'fastapi-keras': {
    command: (bin, port) => uvicorn(bin, 'fastapi_keras:app', port),
    path: '/predict',
    form: 'file',
    field: 'photo',
  },
  litserve: LITSERVE,
  'litserve-int8': { ...LITSERVE, environment: (_, { int8 }) => ({ MODEL: int8 }) },
  bentoml: {
    python: 'bentoml',
    command: (bin, port) => [
      join(bin, 'bentoml'),
      ['serve', 'bento_onnx:Photos', '--port', port, '--host', '127.0.0.1'],
    ],
    path: '/predict',
    form: 'file',
    field: 'photos',
  },
  mlserver: {
    python: 'mlserver',
    command: (bin) => [join(bin, 'mlserver'), ['start', 'mlserver']],
    environment: (port) => ({
      MLSERVER_HTTP_PORT: port,
      MLSERVER_GRPC_PORT: 0,
      MLSERVER_METRICS_PORT: 0,
      MLSERVER_PARALLEL_WORKERS: 0,
      MLSERVER_HOST: '127.0.0.1',
    }),
    path: '/v2/models/photos/infer',
    form: 'inference',
  },
  mlflow: {
    prepare: async (bin, { folder }, environment) => {
      const model = join(folder, 'mlflow');
      if (existsSync(model)) return; // of the round before
      await run(join(bin, 'python'), ['mlflow_onnx.py', model], { cwd: SERVERS, env: environment });
    },
    command: (bin, port, { folder }) => [
      join(bin, 'mlflow'),
      ['models', 'serve', '-m', join(folder, 'mlflow'), '--env-manager', 'local', '--port', port, '--workers', '1'],
    ],
    path: '/invocations',
    form: 'dataframe',
  },
};

function uvicorn(bin, app, port) {
  return [join(bin, 'uvicorn'), [app, '--port', port, '--workers', '1', '--no-access-log', '--log-level', 'warning']];
}

/** Starts a peer. @returns { pid, request, stop }: `request` is what the load client takes. */
export async function startPeer(name, network) {
  const peer = PEERS[name];
  const bin = dirname(await peerPython(peer.python));
  const port = await freePort();
  const environment = {
    ...process.env,
    PATH: `${bin}:${process.env.PATH}`,
    PYTHONPATH: SERVERS,
    MODEL: network.model,
    BACKBONE: network.backbone,
    HEAD: network.head,
    SIDE: String(network.side),
    ...peer.environment?.(port, network),
  };
  await peer.prepare?.(bin, network, environment);
  const [file, args] = peer.command(bin, port, network);
  const began = performance.now();
  const options = { cwd: SERVERS, env: environment, stdio: ['ignore', 'ignore', 'ignore'], detached: true };
  const child = spawn(file, args.map(String), options);
  const { form, field, path } = peer;
  return {
    pid: child.pid,
    began,
    request: { url: `http://127.0.0.1:${port}${path}`, form, field },
    async stop() {
      process.kill(-child.pid, 'SIGTERM');
      const killed = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), 5000);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      clearTimeout(killed);
    },
  };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Resident memory of a process and all that it started, in bytes; a page that several hold, or one holds several times, counts
 * once in all (the proportional set size). Linux alone tells it.
 */
export async function residentMemory(pid) {
  const parents = new Map();
  for (const entry of await readdir('/proc')) {
    const stat = /^\d+$/.test(entry) ? await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => null) : null;
    if (stat) parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const family = new Set([pid]);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const [child, parent] of parents) if (family.has(parent)) family.add(child);
  }
  let bytes = 0;
  for (const member of family) {
    const sums = await readFile(`/proc/${member}/smaps_rollup`, 'utf8').catch(() => '');
    bytes += Number(/^Pss:\s+(\d+) kB/m.exec(sums)?.[1] ?? 0) * 1024;
  }
  return bytes;
}
