import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { colourPhoto } from '../support/colour-images.js';
import { GrpcClient } from '../support/grpc-client.js';
import { requestText } from '../support/hub-user.js';
import { OtlpReceiver } from '../support/otlp-receiver.js';
import { HOPELESS } from '../support/recipes.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

let collector: OtlpReceiver;
let hub: HubWithColours;
let photo: Buffer;
beforeAll(async () => {
  for (const name of ['OTEL_BSP_SCHEDULE_DELAY', 'OTEL_BLRP_SCHEDULE_DELAY']) vi.stubEnv(name, '50');
  collector = await OtlpReceiver.start();
  [hub, photo] = await Promise.all([
    TestHub.startWithColours({ settings: { otlp: collector.url, grpcPort: 0 } }),
    colourPhoto('green', 99, 64, 48),
  ]);
});
afterAll(async () => {
  await hub.remove();
  await collector.stop();
  vi.unstubAllEnvs();
});

const SERVED = {
  'modelhub.model': 'colours',
  'modelhub.version': 1,
  'modelhub.runtime': 'ONNX_RUNTIME',
  'modelhub.precision': 'FP32',
};
const STEPS = ['read', 'decode', 'queue', 'batch', 'batch / network'];

/** A trace of a caller. @returns its id, and the header. */
function callerOf(digit: string, flags = '01') {
  const [traceId, spanId] = [digit.repeat(32), digit.repeat(16)];
  return { traceId, spanId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}

/** Waits for spans of a trace. */
const arrived = (traceId: string, ...names: readonly string[]) =>
  vi.waitFor(
    () => {
      const paths = collector.paths(traceId);
      expect(paths).toEqual(expect.arrayContaining([...names]));
      return paths;
    },
    { timeout: 180_000 },
  );

const classify = (headers: Record<string, string>, query = '?model=colours', content: Uint8Array = photo) =>
  hub.fetch(`/v1/classify${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${hub.token}`, 'content-type': 'image/png', ...headers },
    body: new Uint8Array(content),
  });

it('traces a photo over REST from its request to the network, in the trace of the caller', async () => {
  const { traceId, spanId, traceparent } = callerOf('1');
  expect((await classify({ traceparent })).status).toBe(200);
  const route = 'POST /v1/classify';
  const expected = [route, ...STEPS.map((step) => `${route} / ${step}`)];
  expect(await arrived(traceId, ...expected)).toEqual([...expected].sort());
  const spans = new Map(collector.trace(traceId).map((span) => [span.name, span]));
  expect(spans.get(route)).toMatchObject({
    parentSpanId: spanId,
    kind: 2,
    status: { code: 0 },
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/v1/classify',
      'http.response.status_code': 200,
      'network.protocol.version': '1.1',
    },
  });
  expect(spans.get('batch')!.attributes).toEqual({ ...SERVED, 'modelhub.batch.photos': 1 });
  expect(spans.get('network')!.attributes).toEqual(SERVED);
  const bounds = (name: string) => {
    const { startTimeUnixNano, endTimeUnixNano } = spans.get(name)!;
    return [startTimeUnixNano, endTimeUnixNano].map((time) => Number(BigInt(time) / 1000n));
  };
  const [[batchBegan, batchEnded], [began, ended]] = [bounds('batch'), bounds('network')] as [number[], number[]];
  const clocks = 2000; // microseconds that the clocks of two threads may differ
  expect(began).toBeGreaterThan(batchBegan! - clocks);
  expect(ended).toBeLessThan(batchEnded! + clocks);
});

it('traces a photo over GraphQL and over gRPC in the same steps', async () => {
  const [graphql, grpc] = [callerOf('2'), callerOf('3')];
  const query = 'mutation Ask($image: Upload!) { classify(model: "colours", image: $image) { label } }';
  const form = new FormData();
  form.append('operations', JSON.stringify({ query, variables: { image: null } }));
  form.append('map', JSON.stringify({ 0: ['variables.image'] }));
  form.append('0', new Blob([new Uint8Array(photo)]), 'secret-name.png');
  const headers = { authorization: `Bearer ${hub.token}`, 'apollo-require-preflight': 'true' };
  await hub.fetch('/graphql', {
    method: 'POST',
    body: form,
    headers: { ...headers, traceparent: graphql.traceparent },
  });
  const field = 'POST /graphql / mutation / Mutation.classify';
  await arrived(graphql.traceId, field, ...STEPS.map((step) => `${field} / ${step}`));
  expect(collector.trace(graphql.traceId).find(({ name }) => name === 'mutation')!.attributes).toEqual({
    'graphql.operation.type': 'mutation',
    'graphql.operation.name': 'Ask',
  });

  const client = await GrpcClient.open(hub.grpc, hub.token);
  const inputs = [{ name: 'image', datatype: 'BYTES', shape: [1], contents: { bytes_contents: [photo] } }];
  const request = { model_name: 'colours', inputs };
  await client.call('ModelInfer', request, { traceparent: grpc.traceparent });
  client.close();
  const method = 'inference.GRPCInferenceService/ModelInfer';
  await arrived(grpc.traceId, method, ...STEPS.map((step) => `${method} / ${step}`));
  expect(JSON.stringify(collector.spans)).not.toContain('secret-name');
});

it('traces a run into its worker, in the trace of the mutation that started it, and names it in the log', async () => {
  const { traceId, traceparent } = callerOf('4');
  const input = {
    backbone: 'tiny-imagenet-2',
    datasetVersionId: hub.datasetVersionId,
    recipe: { ...HOPELESS, epochs: 2 },
  };
  const body = JSON.stringify({ query: await requestText('start-transfer-run'), variables: { input } });
  const headers = { authorization: `Bearer ${hub.token}`, 'content-type': 'application/json', traceparent };
  const answer = await hub.fetch('/graphql', { method: 'POST', headers, body });
  const { data } = (await answer.json()) as { data: { startTransferRun: { id: string } } };
  const { id } = data.startTransferRun;
  expect((await hub.ended(id)).state).toBe('SUCCEEDED');
  const job = 'POST /graphql / mutation / Mutation.startTransferRun / process train';
  await arrived(traceId, job, `${job} / features`, `${job} / epoch`, `${job} / evaluation`);
  const spans = collector.trace(traceId);
  expect(spans.find(({ name }) => name === 'process train')).toMatchObject({
    kind: 5,
    attributes: { 'messaging.system': 'pg-boss', 'messaging.destination.name': 'train', 'modelhub.run.id': id },
  });
  const epochs = spans.filter(({ name }) => name === 'epoch').map(({ attributes }) => attributes['modelhub.epoch']);
  expect(epochs).toEqual([1, 2]);
});

it('names the span of a request in the lines of the log, and sends them too', async () => {
  const { traceId, traceparent } = callerOf('5');
  await (await hub.fetch('/backup', { headers: { authorization: `Bearer ${hub.token}`, traceparent } })).arrayBuffer();
  await arrived(traceId, 'GET /backup');
  const [span] = collector.trace(traceId);
  const { spanId } = span!;
  const ids = { trace_id: traceId, span_id: spanId, trace_flags: '01' };
  expect(hub.log.find(({ msg }) => msg === 'backup started')).toMatchObject(ids);
  expect(hub.log.find(({ msg }) => msg === 'hub started')).not.toHaveProperty('trace_id');
  const sent = (text: string) =>
    vi.waitUntil(() => collector.lines.find(({ body }) => body.stringValue === text), { timeout: 10_000 });
  expect(await sent('backup started')).toMatchObject({ traceId, spanId, severityText: 'info' });
  expect((await sent('hub started')).traceId ?? '').toBe('');
});

it('follows the decision of the caller not to record', async () => {
  const { traceId, traceparent } = callerOf('6', '00');
  expect((await classify({ traceparent })).status).toBe(200);
  const next = callerOf('7');
  await classify({ traceparent: next.traceparent });
  await arrived(next.traceId, 'POST /v1/classify');
  expect(collector.trace(traceId)).toEqual([]);
});

it.each<[string, Record<string, string>]>([
  ['no header', {}],
  ['a header that is none', { traceparent: '00-0-0-01' }],
])('begins a trace of its own for %s, and none for probes', async (_, headers) => {
  const before = collector.spans.length;
  await hub.fetch('/health', { headers });
  await hub.fetch('/', { headers });
  expect((await classify(headers, '?model=colours&topK=1')).status).toBe(200);
  const found = () => collector.spans.slice(before).filter(({ name }) => name === 'POST /v1/classify');
  const [root] = await vi.waitUntil(() => found().length > 0 && found());
  expect(root!.parentSpanId).toBeUndefined();
  expect(collector.spans.filter(({ name }) => name.startsWith('GET /health') || name === 'GET /')).toEqual([]);
});
