// What a caller may try, with a token or without: { run, ask? } by name. `run` attacks for some seconds. `ask` sends a request that must be
// refused, and resolves to { status, ms }.
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import WebSocket from 'ws';

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'multipart/form-data; boundary=B', 'apollo-require-preflight': 'true' };
const CLASSIFY = 'mutation ($image: Upload!) { classify(image: $image, model: "cifar10") { label } }';
const INFER = '/v2/models/cifar10/infer';
const PACKED = { 'content-encoding': 'gzip', 'inference-header-content-length': '100' };
const SECONDS = 6;
const REFUSED_AT_ONCE = 4;

const part = (name, content, file = '') =>
  `--B\r\nContent-Disposition: form-data; name="${name}"${file && `; filename="${file}"`}\r\n\r\n${content}\r\n`;
const OPERATIONS = part('operations', JSON.stringify({ query: CLASSIFY, variables: { image: null } }));
const formOf = (map, ...files) => `${OPERATIONS}${part('map', JSON.stringify(map))}${files.join('')}--B--\r\n`;
const image = (count) => ({
  ...{ name: 'image', shape: [count, 75, 75, 3], datatype: 'UINT8' },
  parameters: { binary_data_size: count * 75 * 75 * 3 },
});

/** @param hub { url, token, version, photo }. @returns attacks by name. */
export function attacksOn({ url, token, version, photo }) {
  const known = { authorization: `Bearer ${token}` };
  const begin = (path, headers, method = 'POST') => {
    const sent = request(`${url}${path}`, { method, headers: { ...known, ...headers } });
    sent.on('error', () => undefined); // the hub may hang up
    return sent;
  };
  /** @returns status and milliseconds from the end of the request to the end of the answer. */
  const send = async (path, headers, body) => {
    const sent = begin(path, { ...headers, 'content-length': Buffer.byteLength(body) });
    const answered = once(sent, 'response');
    // The hub may answer, and hang up, before it has all of the request.
    await Promise.race([new Promise((resolve) => sent.end(body, resolve)), answered]);
    const began = performance.now();
    const [response] = await answered;
    await text(response);
    return { status: response.statusCode, ms: performance.now() - began };
  };
  const query = (text_, variables) => send('/graphql', JSON_TYPE, JSON.stringify({ query: text_, variables }));
  /** Many at once, again and again; whatever comes. */
  const flood = (count, ask) => ({
    run: async () => {
      const until = performance.now() + SECONDS * 1000;
      const one = async () => {
        while (performance.now() < until) await ask().catch(() => wait(50));
      };
      await Promise.all(Array.from({ length: count }, one));
    },
  });
  const refused = (ask) => ({ ask, ...flood(REFUSED_AT_ONCE, ask) });
  /** Requests that are begun and left. */
  const held = (count, start, seconds = SECONDS) => ({
    run: async () => {
      const all = Array.from({ length: count }, start);
      await wait(seconds * 1000);
      for (const each of all) each.destroy();
    },
  });
  const lists = JSON.stringify({
    query: 'query ($ids: [ID!]!) { compareRuns(ids: $ids) { runs { id } } }',
    variables: { ids: new Array(60_000).fill('x') },
  });
  const outputs = (count) => {
    const json = JSON.stringify({ inputs: [image(1)], outputs: new Array(count).fill({ name: 'probabilities' }) });
    const headers = { 'inference-header-content-length': String(json.length) };
    return () => send(INFER, headers, Buffer.concat([Buffer.from(json), Buffer.alloc(75 * 75 * 3)]));
  };
  const sheets = (count, columns) =>
    `{ datasetVersion(id: "${version}") { ${Array.from({ length: count }, (_, i) => `a${i}: contactSheet(label: "cat", columns: ${columns}, rows: 20, side: 128)`)} } }`;
  const pixels = Array.from({ length: 32 * 75 * 75 * 3 }, (_, i) => (i * 7919) % 256);
  const tensor = JSON.stringify({ inputs: [{ ...image(32), parameters: {}, data: pixels }] });
  const bomb = gzipSync(Buffer.alloc(47 * 1024 ** 2));
  const megabytes = 'x'.repeat(15_000_000);

  const form = (map) => formOf(map, part('0', 'x', 'x'));
  const longPath = form({ 0: ['a.'.repeat(100_000)] });
  const places = form({ 0: new Array(20_000).fill('variables.image') });
  const twice = formOf({ 0: ['variables.image'] }, part('0', megabytes, 'a'), part('0', megabytes, 'b'));
  const late = `${OPERATIONS}${part('map', '{"0":["variables.image"]}')}--B\r\nContent-Disposition: form-data; name="0"; filename="a"\r\n\r\nxx`;
  const { port } = new URL(url);
  const open = () => connect(Number(port), '127.0.0.1').on('error', () => undefined);

  return {
    'a path of 100,000 steps': refused(() => send('/graphql', FORM_TYPE, longPath)),
    '20,000 places of a form': refused(() => send('/graphql', FORM_TYPE, places)),
    'a list of 60,000 ids': refused(() => send('/graphql', JSON_TYPE, lists)),
    'fields of one name': refused(() => query(`{ ${'datasets { name } '.repeat(1000)} }`)),
    '200,000 outputs': refused(outputs(200_000)),
    '50 sheets of 400 pictures': refused(() => query(sheets(50, 20))),
    'a body of 10 GB': refused(async () => {
      const sent = begin('/v1/classify', { 'content-length': 1e10 });
      const began = performance.now();
      sent.flushHeaders();
      const [response] = await once(sent, 'response');
      await text(response);
      sent.destroy();
      return { status: response.statusCode, ms: performance.now() - began };
    }),
    'as many pictures as may be': flood(8, () => query(sheets(1, 20))),
    'the playground, unread': held(200, () => {
      const socket = open();
      socket.pause();
      socket.write('GET /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\n\r\n'.repeat(20));
      return socket;
    }),
    'a file twice': flood(4, () => send('/graphql', FORM_TYPE, twice)),
    '80 photos that do not come': held(80, () => {
      const sent = begin('/v1/classify?model=cifar10', { 'content-length': 100_000 });
      sent.write('x'.repeat(100));
      return sent;
    }),
    '40 uploads that come too late': held(
      40,
      () => {
        const sent = begin('/graphql', { ...FORM_TYPE, 'content-length': 100_000 });
        sent.write(late);
        return sent;
      },
      12,
    ),
    'packed bodies of 47 MiB': flood(20, () => send(INFER, PACKED, bomb)),
    '32 photos as JSON': flood(8, () => send(INFER, {}, tensor)),
    '128 photos at once': flood(128, () => send('/v1/classify?model=cifar10', {}, photo)),
    '2,500 connections': held(2500, open),
    '20,000 subscriptions': { run: () => subscribe(`${url.replace('http', 'ws')}/graphql`, known) },
  };
}

/** On 20 sockets, 1,000 on each. */
async function subscribe(url, known) {
  const payload = { query: 'subscription { ingestionProgress(progressKey: "abcdefgh") { ended } }' };
  const sockets = Array.from({ length: 20 }, async () => {
    const socket = new WebSocket(url, 'graphql-transport-ws');
    socket.on('error', () => undefined);
    await once(socket, 'open');
    socket.send(JSON.stringify({ type: 'connection_init', payload: known }));
    await once(socket, 'message');
    for (let id = 0; id < 1000; id++) socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload }));
    return socket;
  });
  const opened = await Promise.all(sockets);
  await wait(SECONDS * 1000);
  for (const socket of opened) socket.terminate();
}
