// The same photo by every protocol; and stock clients of the Open Inference Protocol and of KServe's first version, which must
// work as they are.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import sharp from 'sharp';
import { openFile } from '../out/cli/client.js';
import { Protocol } from '../out/http/grpc/protocol.js';
import { check, median } from './support/check.mjs';
import { SAMPLES, serveSample, startHub } from './support/hub.mjs';
import { peerPython } from './support/python.mjs';

const CLIENT = fileURLToPath(new URL('../test/reference/oip_client.py', import.meta.url));
const CLASSIFY = 'mutation ($image: Upload!) { classify(image: $image, model: "cifar10") { label modelVersion } }';

export function describe(command) {
  return command
    .description(
      'a photo by GraphQL, REST and the Open Inference Protocol over HTTP and gRPC; stock clients of the latter',
    )
    .option('--requests <n>', 'requests by each protocol, one after the other', '200');
}

export async function measure({ requests }) {
  const python = await peerPython('clients');
  const data = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  const hub = await startHub(data, '--grpc-port', '0');
  try {
    await serveSample(hub.client);
    const token = (await readFile(join(data, 'token'), 'utf8')).trim();
    const times = await timeProtocols(hub, token, Number(requests));
    const env = { ...process.env, HUB_TOKEN: token };
    const { stdout } = await promisify(execFile)(python, [CLIENT, hub.url, 'cifar10', hub.grpc], { env });
    const { clients, asked } = JSON.parse(stdout.trim().split('\n').at(-1));
    return {
      rows: [...times.map(([protocol, ms]) => ({ protocol, 'median ms': ms })), clients],
      checks: [
        check('forms of requests that stock clients asked and agreed on', asked.length, { atLeast: 50 }),
        check('REST / GraphQL, median time of a photo', times[1][1] / times[0][1], { atMost: 1 }),
        check('gRPC / Open Inference over HTTP, median time of pixels', times[3][1] / times[2][1], { atMost: 1.1 }),
      ],
    };
  } finally {
    await hub.stop();
    await rm(data, { recursive: true, force: true });
  }
}

/** @returns by protocol, the median time of a request in milliseconds. */
async function timeProtocols(hub, token, requests) {
  const [name] = await readdir(join(SAMPLES, 'photos'));
  const path = join(SAMPLES, 'photos', name);
  const file = await openFile(path);
  const photo = await readFile(path);
  const { data: pixels, info } = await sharp(photo).raw().toBuffer({ resolveWithObject: true });
  const shape = [1, info.height, info.width, 3];
  const input = (rest) => JSON.stringify({ inputs: [{ name: 'image', datatype: 'UINT8', shape, ...rest }] });
  const inBytes = Buffer.from(input({ parameters: { binary_data_size: pixels.length } }));
  const post = async (address, body, headers = {}) => {
    const init = { method: 'POST', body, headers: { authorization: `Bearer ${token}`, ...headers } };
    const response = await fetch(`${hub.url}${address}`, init);
    if (!response.ok) throw new Error(await response.text());
    return response.arrayBuffer();
  };
  const infer = '/v2/models/cifar10/infer';
  const protocols = {
    GraphQL: () => hub.client.upload(CLASSIFY, 'variables.image', file, { image: null }),
    REST: () => post('/v1/classify', photo, { 'content-type': 'image/jpeg' }),
    'Open Inference Protocol, binary': () =>
      post(infer, Buffer.concat([inBytes, pixels]), { 'inference-header-content-length': String(inBytes.length) }),
    'Open Inference Protocol over gRPC': await pixelsOverGrpc(hub, token, shape, pixels),
    'Open Inference Protocol, JSON': () => post(infer, input({ data: [...pixels] })),
  };
  const times = Object.keys(protocols).map((protocol) => [protocol, []]);
  for (let i = 0; i < requests; i++) {
    for (const [protocol, taken] of times) {
      const began = performance.now();
      await protocols[protocol]();
      taken.push(performance.now() - began);
    }
  }
  return times.map(([protocol, taken]) => [protocol, median(taken)]);
}

/** @returns asks about pixels over gRPC. */
async function pixelsOverGrpc(hub, token, shape, pixels) {
  const protocol = await Protocol.load();
  const client = new Client(hub.grpc, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  const inputs = [{ name: 'image', datatype: 'UINT8', shape }];
  const request = { model_name: 'cifar10', inputs, raw_input_contents: [pixels] };
  const encode = (message) => protocol.encode('ModelInferRequest', message);
  const decode = (bytes) => protocol.decode('ModelInferResponse', bytes);
  const infer = promisify(
    client.makeUnaryRequest.bind(client, '/inference.GRPCInferenceService/ModelInfer', encode, decode),
  );
  return () => infer(request, metadata);
}
