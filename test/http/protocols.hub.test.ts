import { once } from 'node:events';
import { connect } from 'node:net';
import { status as Code, type ServiceError } from '@grpc/grpc-js';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOUNDS } from '../../src/limits.js';
import { COLOUR_NAMES, type Colour, colourPhoto } from '../support/colour-images.js';
import { GrpcClient } from '../support/grpc-client.js';
import { TestHub } from '../support/test-hub.js';

/** As large as the images of the training: nothing is resized on the way. */
const SIDE = 32;

let hub: TestHub;
let grpc: GrpcClient;
const photos = new Map<Colour, Buffer>();
const pixels = new Map<Colour, Buffer>();
beforeAll(async () => {
  for (const colour of COLOUR_NAMES) {
    const photo = await colourPhoto(colour, 99, SIDE, SIDE);
    photos.set(colour, photo);
    pixels.set(colour, await sharp(photo).raw().toBuffer());
  }
  hub = await TestHub.startWithColours({ settings: { grpcPort: 0 } });
  grpc = await GrpcClient.open(hub.grpc, hub.token);
});
afterAll(async () => {
  grpc.close();
  await hub.remove();
});

const pixelsOf = (...colours: Colour[]): Buffer => Buffer.concat(colours.map((colour) => pixels.get(colour)!));
const photosOf = (...colours: Colour[]): Buffer[] => colours.map((colour) => photos.get(colour)!);

interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

async function send(path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = { authorization: `Bearer ${hub.token}`, ...(init.headers as Record<string, string>) };
  const response = await hub.fetch(path, { ...init, headers });
  return { status: response.status, json: (await response.json()) as Answer['json'] };
}

const post = (path: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Answer> =>
  send(path, { method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body), headers });
const infer = (request: unknown): Promise<Answer> => post('/v2/models/colours/infer', JSON.stringify(request));

/** Bytes as elements of a BYTES tensor. */
function elementsOf(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(part.length);
      return [length, part];
    }),
  );
}

interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data?: readonly unknown[];
  readonly contents?: { readonly fp32_contents: number[]; readonly bytes_contents: Uint8Array[] };
}
const outputOf = ({ outputs }: Readonly<Record<string, unknown>>, name: string): Tensor =>
  (outputs as Tensor[]).find((each) => each.name === name)!;

/** Labels of an answer in raw_output_contents, the second output. */
function rawLabels({ raw_output_contents: raw }: Readonly<Record<string, unknown>>): string[] {
  const labels: string[] = [];
  let rest = Buffer.from((raw as Uint8Array[])[1]!);
  while (rest.length > 0) {
    const end = 4 + rest.readUInt32LE();
    labels.push(rest.toString('utf8', 4, end));
    rest = rest.subarray(end);
  }
  return labels;
}

const tensor = (n: number, datatype = 'UINT8') => ({
  name: 'image',
  datatype,
  shape: datatype === 'BYTES' ? [n] : [n, SIDE, SIDE, 3],
});
const asked = (n: number, rest: object, datatype?: string) => ({
  model_name: 'colours',
  inputs: [tensor(n, datatype)],
  ...rest,
});

async function refusal(call: Promise<unknown>): Promise<ServiceError> {
  return call.then(
    () => expect.fail('the call was answered'),
    (error: ServiceError) => error,
  );
}

const CONFIG = {
  name: 'colours',
  max_batch_size: 32,
  input: [{ name: 'image', data_type: 'TYPE_UINT8', format: 'FORMAT_NHWC', dims: [SIDE, SIDE, 3] }],
  output: [
    { name: 'probabilities', data_type: 'TYPE_FP32', dims: [3] },
    { name: 'label', data_type: 'TYPE_STRING', dims: [1] },
  ],
  version_policy: { specific: { versions: [1] } },
  parameters: { pixel_minimum: { string_value: '0' }, pixel_maximum: { string_value: '255' } },
};

describe('Triton’s extensions over HTTP', () => {
  it.each(['/v2/models/colours/config', '/v2/models/colours/versions/1/config'])(
    'configuration at %s',
    async (path) => {
      expect(await send(path)).toMatchObject({ status: 200, json: CONFIG });
    },
  );

  it('count answers, and say how long each part took', async () => {
    interface Counted {
      readonly count: number;
      readonly ns: number;
    }
    interface Stats {
      readonly inference_count: number;
      readonly execution_count: number;
      readonly inference_stats: Readonly<Record<'success' | 'fail' | 'compute_infer' | 'cache_hit', Counted>>;
    }
    const statsAt = async (path: string): Promise<Stats> => ((await send(path)).json.model_stats as [Stats])[0];
    const was = await statsAt('/v2/models/colours/stats');
    await infer({ inputs: [{ ...tensor(2), data: [...pixelsOf('red', 'blue')] }] });
    await post('/v2/models/colours/infer', '{}');
    const is = await statsAt('/v2/models/colours/versions/1/stats');
    expect(is).toMatchObject({ name: 'colours', version: '1', inference_count: was.inference_count + 2 });
    expect(is.execution_count).toBeGreaterThan(was.execution_count);
    const { success, fail, compute_infer: computed, cache_hit: hits } = is.inference_stats;
    expect(success.count).toBe(was.inference_stats.success.count + 1);
    expect(success.ns).toBeGreaterThan(was.inference_stats.success.ns);
    expect(computed.ns).toBeGreaterThan(was.inference_stats.compute_infer.ns);
    expect(fail.count).toBe(was.inference_stats.fail.count + 1);
    expect(hits).toEqual({ count: 0, ns: 0 });
    expect((await send('/v2/models/stats')).json.model_stats).toHaveLength(1);
  });

  it('list the versions of the repository', async () => {
    const index = [{ name: 'colours', version: '1', state: 'READY', reason: '' }];
    for (const body of ['', '{}', '{"ready": true}']) {
      expect(await post('/v2/repository/index', body)).toEqual({ status: 200, json: index });
    }
    expect(await post('/v2/repository/index', '{"ready": 1}')).toMatchObject({ status: 400 });
  });

  it.each(['load', 'unload'])('refuse to %s a model, and say what does', async (action) => {
    const { status, json } = await post(`/v2/repository/models/colours/${action}`, '{}');
    expect(json).toEqual({ error: expect.stringMatching(/promote a version of colours, or remove its alias/) });
    expect(status).toBe(501);
  });

  it.each<[string, () => Promise<Answer>]>([
    [
      'in Base64',
      () =>
        infer({
          inputs: [{ ...tensor(2, 'BYTES'), data: photosOf('red', 'blue').map((one) => one.toString('base64')) }],
        }),
    ],
    [
      'in the binary form',
      () => {
        const elements = elementsOf(photosOf('red', 'blue'));
        const parameters = { binary_data_size: elements.length };
        const json = Buffer.from(JSON.stringify({ inputs: [{ ...tensor(2, 'BYTES'), parameters }] }));
        const length = { 'inference-header-content-length': String(json.length) };
        return post('/v2/models/colours/infer', Buffer.concat([json, elements]), length);
      },
    ],
  ])('take encoded photos %s as they take pixels', async (_, ask) => {
    const { json } = await ask();
    const same = await infer({ inputs: [{ ...tensor(2), data: [...pixelsOf('red', 'blue')] }] });
    expect(outputOf(json, 'label').data).toEqual(['red', 'blue']);
    const expected = outputOf(same.json, 'probabilities').data as number[];
    expect(outputOf(json, 'probabilities').data).toEqual(expected.map((value) => expect.closeTo(value, 5)));
  });

  it.each<[string, Colour, () => [Buffer, Record<string, string>]]>([
    ['a photo with its type', 'red', () => [photosOf('red')[0]!, { 'content-type': 'image/png' }]],
    [
      'a photo after a JSON of no bytes',
      'green',
      () => [photosOf('green')[0]!, { 'inference-header-content-length': '0' }],
    ],
    ['pixels after a JSON of no bytes', 'blue', () => [pixelsOf('blue'), { 'inference-header-content-length': '0' }]],
  ])('take %s as the whole body', async (_, colour, body) => {
    const { status, json } = await post('/v2/models/colours/infer', ...body());
    expect([status, outputOf(json, 'label').data]).toEqual([200, [colour]]);
  });

  const jsonBytes = (shape: number[], data: unknown) => () =>
    infer({ inputs: [{ ...tensor(1, 'BYTES'), shape, data }] });
  it.each<[string, () => Promise<Answer>, number, RegExp]>([
    ['no Base64', jsonBytes([1], ['***']), 400, /must be Base64; "\*\*\*" was received/],
    ['more photos than the shape has', jsonBytes([1], ['aaaa', 'aaaa']), 400, /has 1 photos; 2 were received/],
    ['a shape of pixels', jsonBytes([1, SIDE, SIDE, 3], ['aaaa']), 400, /must be \[n\] for encoded photos/],
    [
      'a photo that is none',
      jsonBytes(
        [2],
        [photosOf, 'aaaa'].map(() => 'aaaa'),
      ),
      422,
      /^Photo 0 of 2: Photo is /,
    ],
    [
      'pixels of another size',
      () => post('/v2/models/colours/infer', pixelsOf('red').subarray(1), { 'inference-header-content-length': '0' }),
      400,
      /32 x 32 pixels, 3072 bytes each: 3072 bytes are needed, 3071 were received/,
    ],
    [
      'nothing',
      () => post('/v2/models/colours/infer', '', { 'inference-header-content-length': '0' }),
      400,
      /is empty/,
    ],
  ])('refuse %s', async (_, ask, status, message) => {
    expect(await ask()).toEqual({ status, json: { error: expect.stringMatching(message) } });
  });
});

describe('KServe’s protocol of version 1', () => {
  const predict = (instances: unknown, name = 'colours') =>
    post(`/v1/models/${name}:predict`, JSON.stringify({ instances }));
  const rows = (colour: Colour): number[][][] => {
    const all = [...pixelsOf(colour)];
    const at = (y: number, x: number) => all.slice((y * SIDE + x) * 3, (y * SIDE + x + 1) * 3);
    return Array.from({ length: SIDE }, (_, y) => Array.from({ length: SIDE }, (_, x) => at(y, x)));
  };

  it('lists models, and says whether one is ready', async () => {
    expect(await send('/v1/models')).toEqual({ status: 200, json: { models: ['colours'] } });
    expect(await send('/v1/models/colours')).toEqual({ status: 200, json: { name: 'colours', ready: true } });
    expect(await send('/v1/models/none')).toEqual({ status: 404, json: { error: expect.stringMatching(/none/) } });
  });

  it.each<[string, (colour: Colour) => unknown]>([
    ['pixels', rows],
    ['encoded photos', (colour) => ({ b64: photosOf(colour)[0]!.toString('base64') })],
    ['KServe’s image_bytes', (colour) => ({ image_bytes: { b64: photosOf(colour)[0]!.toString('base64') } })],
  ])('predicts from %s', async (_, make) => {
    const { status, json } = await predict([make('green'), make('red')]);
    expect(status).toBe(200);
    const predictions = json.predictions as { label: string; probabilities: number[] }[];
    expect(predictions.map(({ label }) => label)).toEqual(['green', 'red']);
    for (const { label, probabilities } of predictions) {
      expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      expect(Math.max(...probabilities)).toBe(probabilities[COLOUR_NAMES.indexOf(label as Colour)]);
    }
  });

  it('predicts with a version by its number', async () => {
    expect(await predict([rows('red')], 'colours/versions/1'), 'version 1').toMatchObject({ status: 200 });
    expect(await predict([rows('red')], 'colours/versions/7')).toMatchObject({ status: 404 });
  });

  it.each<[string, unknown, RegExp]>([
    ['no instances', [], /instances must be a list of 1 to 32 photos/],
    ['too many', Array(33).fill({ b64: 'aaaa' }), /instances must be a list of 1 to 32 photos/],
    ['an instance of another kind', [{ b64: 'aaaa' }, 7], /instances\[1\] must be pixels as \[side, side, 3\]/],
    ['ragged pixels', [[[[1, 2, 3]], [[1, 2, 3]]]], /do not match its shape/],
  ])('refuses %s in its own form', async (_, instances, message) => {
    expect(await predict(instances)).toEqual({ status: 400, json: { error: expect.stringMatching(message) } });
  });
});

describe('gRPC', () => {
  it('says without a token that the server is alive and ready', async () => {
    expect(await grpc.call('ServerLive', {}, { token: null })).toEqual({ live: true });
    expect(await grpc.call('ServerReady', {}, { token: null })).toEqual({ ready: true });
  });

  it('describes the server and the model, with the range of pixels', async () => {
    const extensions = expect.arrayContaining(['binary_tensor_data', 'statistics']);
    expect(await grpc.call('ServerMetadata', {})).toMatchObject({ name: 'model-hub', extensions });
    for (const version of ['', '1']) {
      expect(await grpc.call('ModelMetadata', { name: 'colours', version })).toMatchObject({
        name: 'colours',
        versions: ['1'],
        inputs: [{ name: 'image', datatype: 'UINT8', shape: [-1, SIDE, SIDE, 3] }],
        properties: { pixel_minimum: '0', pixel_maximum: '255', color_order: 'RGB', labels: 'blue\ngreen\nred' },
      });
    }
    expect(await grpc.call('ModelConfig', { name: 'colours' })).toMatchObject({ config: CONFIG });
  });

  it('says whether a model is ready', async () => {
    for (const [name, version, ready] of [
      ['colours', '', true],
      ['colours', '1', true],
      ['colours', '7', false],
      ['none', '', false],
    ] as const) {
      expect(await grpc.call('ModelReady', { name, version })).toEqual({ ready });
    }
  });

  it('has statistics and the index of the repository', async () => {
    for (const name of ['', 'colours']) {
      const { model_stats: stats } = await grpc.call('ModelStatistics', { name });
      expect(stats).toMatchObject([{ name: 'colours', version: '1', inference_stats: { success: {} } }]);
    }
    expect(await grpc.call('RepositoryIndex', {})).toEqual({
      models: [{ name: 'colours', version: '1', state: 'READY', reason: '' }],
    });
  });

  it.each<[string, () => object]>([
    ['pixels in raw_input_contents', () => asked(2, { raw_input_contents: [pixelsOf('red', 'blue')] })],
    [
      'floats in raw_input_contents',
      () => {
        const floats = Buffer.from(Float32Array.from(pixelsOf('red', 'blue')).buffer);
        return asked(2, { raw_input_contents: [floats] }, 'FP32');
      },
    ],
    [
      'encoded photos in raw_input_contents',
      () => asked(2, { raw_input_contents: [elementsOf(photosOf('red', 'blue'))] }, 'BYTES'),
    ],
  ])('answers about %s in raw_output_contents', async (_, request) => {
    const answer = await grpc.call('ModelInfer', { ...request(), id: 'a-1', model_version: '1' } as never);
    expect(answer).toMatchObject({
      model_name: 'colours',
      model_version: '1',
      id: 'a-1',
      parameters: { precision: { string_param: 'FP32' } },
    });
    expect(rawLabels(answer)).toEqual(['red', 'blue']);
    const same = await infer({ inputs: [{ ...tensor(2), data: [...pixelsOf('red', 'blue')] }] });
    const [bytes] = answer.raw_output_contents as [Uint8Array];
    const floats = [...new Float32Array(new Uint8Array(bytes).buffer)];
    const expected = outputOf(same.json, 'probabilities').data as number[];
    expect(floats).toEqual(expected.map((value) => expect.closeTo(value, 5)));
  });

  it.each<[string, () => object]>([
    ['uint_contents', () => ({ ...tensor(1), contents: { uint_contents: [...pixelsOf('green')] } })],
    ['fp32_contents', () => ({ ...tensor(1, 'FP32'), contents: { fp32_contents: [...pixelsOf('green')] } })],
    ['bytes_contents', () => ({ ...tensor(1, 'BYTES'), contents: { bytes_contents: photosOf('green') } })],
  ])('answers about %s in contents', async (_, input) => {
    const answer = await grpc.call('ModelInfer', asked(1, { inputs: [input()] }));
    const [text] = outputOf(answer, 'label').contents!.bytes_contents;
    expect(Buffer.from(text!).toString()).toBe('green');
    expect(outputOf(answer, 'probabilities').contents!.fp32_contents).toHaveLength(3);
  });

  it('returns the outputs that are asked for, and ranks where a classification is wanted', async () => {
    const outputs = [{ name: 'probabilities', parameters: { classification: { int64_param: 2 } } }];
    const input = { ...tensor(1), contents: { uint_contents: [...pixelsOf('green')] } };
    const answer = await grpc.call('ModelInfer', asked(1, { inputs: [input], outputs }));
    const { shape, contents } = outputOf(answer, 'probabilities');
    expect([shape, (answer.outputs as unknown[]).length]).toEqual([[1, 2], 1]);
    expect(Buffer.from(contents!.bytes_contents[0]!).toString()).toMatch(/^0\.\d+:1:green$/);
  });

  const raw = (n: number, rest: object = {}) => asked(n, { raw_input_contents: [pixelsOf('red')], ...rest });
  it.each<[string, () => Promise<unknown>, Code, RegExp]>([
    ['without a token', () => grpc.call('ModelInfer', raw(1), { token: null }), Code.UNAUTHENTICATED, /token/],
    [
      'with a token that is none',
      () => grpc.call('ServerMetadata', {}, { token: 'Bearer x' }),
      Code.UNAUTHENTICATED,
      /token/,
    ],
    ['of no model', () => grpc.call('ModelInfer', raw(1, { model_name: '' })), Code.INVALID_ARGUMENT, /names no model/],
    [
      'of a model that is not there',
      () => grpc.call('ModelInfer', raw(1, { model_name: 'none' })),
      Code.NOT_FOUND,
      /none/,
    ],
    [
      'of a version that is not there',
      () => grpc.call('ModelInfer', raw(1, { model_version: '7' })),
      Code.NOT_FOUND,
      /no version 7/,
    ],
    [
      'of a version that is no number',
      () => grpc.call('ModelConfig', { name: 'colours', version: 'x' }),
      Code.NOT_FOUND,
      /numbers from 1; x/,
    ],
    [
      'of too few pixels',
      () => grpc.call('ModelInfer', raw(2)),
      Code.INVALID_ARGUMENT,
      /has 6144 bytes; raw_input_contents has 3072/,
    ],
    [
      'of two tensors',
      () => grpc.call('ModelInfer', raw(1, { raw_input_contents: [pixelsOf('red'), pixelsOf('red')] })),
      Code.INVALID_ARGUMENT,
      /more than 1 tensor/,
    ],
    [
      'of contents and raw bytes',
      () => grpc.call('ModelInfer', raw(1, { inputs: [{ ...tensor(1), contents: { uint_contents: [1] } }] })),
      Code.INVALID_ARGUMENT,
      /both contents and raw/,
    ],
    [
      'of contents of another type',
      () => grpc.call('ModelInfer', asked(1, { inputs: [{ ...tensor(1), contents: { int_contents: [1] } }] })),
      Code.INVALID_ARGUMENT,
      /belong in uint_contents; int_contents/,
    ],
    [
      'with many outputs',
      () => grpc.call('ModelInfer', raw(1, { outputs: Array(65).fill({ name: 'label' }) })),
      Code.INVALID_ARGUMENT,
      /more than 64 fields/,
    ],
    [
      'with a long id',
      () => grpc.call('ModelInfer', raw(1, { id: 'x'.repeat(70_000) })),
      Code.INVALID_ARGUMENT,
      /the limit is 65536/,
    ],
    [
      'that is no message',
      () => grpc.send('ModelInfer', Buffer.from([0x0a, 0xff])),
      Code.INVALID_ARGUMENT,
      /no ModelInferRequest/,
    ],
    [
      'that is too large',
      () => grpc.send('ModelInfer', Buffer.alloc(BOUNDS.inferenceBody.value + 1)),
      Code.RESOURCE_EXHAUSTED,
      /larger than max/,
    ],
    [
      'with a microsecond to answer',
      () => grpc.call('ModelInfer', raw(1, { parameters: { timeout: { int64_param: 1 } } })),
      Code.DEADLINE_EXCEEDED,
      /the deadline/,
    ],
    [
      'to load a model',
      () => grpc.call('RepositoryModelLoad', { model_name: 'colours' }),
      Code.UNIMPLEMENTED,
      /promote a version of colours/,
    ],
    [
      'to unload a model',
      () => grpc.call('RepositoryModelUnload', { model_name: 'colours' }),
      Code.UNIMPLEMENTED,
      /remove its alias/,
    ],
  ])('refuses a call %s', async (_, call, code, message) => {
    const error = await refusal(call());
    expect(error.details).toMatch(message);
    expect(error.code).toBe(code);
    expect(rawLabels(await grpc.call('ModelInfer', raw(1))), 'serves on').toEqual(['red']);
  });

  it('limits a token for one model to that model', async () => {
    const input = { name: 'app', role: 'VIEWER', model: 'other' };
    const { createToken } = (
      await hub.post('mutation ($input: CreateTokenInput!) { createToken(input: $input) { secret } }', { input })
    ).data as { createToken: { secret: string } };
    const token = `Bearer ${createToken.secret}`;
    for (const [method, request] of [
      ['ModelInfer', raw(1)],
      ['ModelMetadata', { name: 'colours' }],
      ['ModelStatistics', { name: 'colours' }],
      ['ModelReady', { name: 'colours' }],
      ['RepositoryModelLoad', { model_name: 'colours' }],
    ] as const) {
      expect((await refusal(grpc.call(method, request, { token }))).code, method).toBe(Code.PERMISSION_DENIED);
    }
    expect(await grpc.call('RepositoryIndex', {}, { token })).toEqual({ models: [] });
    expect(await grpc.call('ModelStatistics', {}, { token })).toEqual({ model_stats: [] });
  });

  it('answers many calls at once, of which none mixes with another', async () => {
    const colours = Array.from({ length: 60 }, (_, i) => COLOUR_NAMES[i % 3]!);
    const answers = await Promise.all(
      colours.map((colour) => grpc.call('ModelInfer', asked(1, { raw_input_contents: [pixelsOf(colour)] }))),
    );
    expect(answers.flatMap(rawLabels)).toEqual(colours);
  });

  it('is measured with the other requests', async () => {
    const response = await hub.fetch('/metrics', { headers: { authorization: `Bearer ${hub.token}` } });
    expect(await response.text()).toMatch(
      /modelhub_http_request_duration_seconds_count\{route="\/inference\.GRPCInferenceService\/ModelInfer",method="gRPC",status="OK"\} [1-9]/,
    );
  });

  it('survives connections that speak another protocol', async () => {
    const [host, port] = hub.grpc.split(':') as [string, string];
    const socket = connect(Number(port), host);
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    socket.resume();
    await once(socket, 'close');
    expect(await grpc.call('ServerLive', {})).toEqual({ live: true });
  });
});
