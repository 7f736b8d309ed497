import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOUNDS } from '../../src/limits.js';
import type { ClassificationAnswer } from '../support/answers.js';
import { COLOUR_NAMES, type Colour, colourPhoto } from '../support/colour-images.js';
import { TestHub } from '../support/test-hub.js';

/** As large as the pictures of the training: nothing is resized on the way. */
const SIDE = 32;
const PICTURE = SIDE * SIDE * 3;
const LENGTH = 'inference-header-content-length';

let hub: TestHub;
/** By colour, a photo and its pixels. */
const photos = new Map<Colour, { photo: Buffer; pixels: Buffer }>();
beforeAll(async () => {
  for (const colour of COLOUR_NAMES) {
    const photo = await colourPhoto(colour, 99, SIDE, SIDE);
    photos.set(colour, { photo, pixels: await sharp(photo).raw().toBuffer() });
  }
  hub = await TestHub.startWithColours();
});
afterAll(() => hub.remove());

const pixelsOf = (...colours: Colour[]): Buffer => Buffer.concat(colours.map((colour) => photos.get(colour)!.pixels));
const floatsOf = (pixels: Uint8Array): Buffer => Buffer.from(Float32Array.from(pixels).buffer);

interface Tensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data?: readonly unknown[];
  readonly parameters?: { readonly binary_data_size?: number };
}

interface Answer {
  readonly status: number;
  readonly json: { readonly error?: string; readonly id?: string; readonly outputs: readonly Tensor[] } & Record<
    string,
    unknown
  >;
  /** What stands behind the JSON. */
  readonly rest: Buffer;
}

const bearer = (): Record<string, string> => ({ authorization: `Bearer ${hub.token}` });

async function send(path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await hub.fetch(path, {
    ...init,
    headers: { ...bearer(), ...(init.headers as Record<string, string>) },
  });
  const body = Buffer.from(await response.arrayBuffer());
  const length = Number(response.headers.get(LENGTH) ?? body.length);
  const json = JSON.parse(body.toString('utf8', 0, length)) as Answer['json'];
  return { status: response.status, json, rest: body.subarray(length) };
}

/** Asks, with bytes behind the JSON if there are any. */
async function infer(request: unknown, binary?: Uint8Array, { headers = {}, path = '/v2/models/colours/infer' } = {}) {
  const json = Buffer.from(JSON.stringify(request));
  const length: Record<string, string> = binary ? { [LENGTH]: String(json.length) } : {};
  const body = binary ? Buffer.concat([json, binary]) : json;
  return send(path, { method: 'POST', body, headers: { ...length, ...headers } });
}

const image = (n: number, rest: object): Tensor => ({
  name: 'image',
  datatype: 'UINT8',
  shape: [n, SIDE, SIDE, 3],
  ...rest,
});
const inBytes = (n: number, rest: object = {}): Tensor =>
  image(n, { parameters: { binary_data_size: n * PICTURE }, ...rest });
const FLOAT = { datatype: 'FP32' };

/** Values in lists in lists: rows of pixels of channels. */
function nested(values: readonly number[], [length, ...shape]: readonly number[]): unknown[] {
  if (length === undefined) return [...values];
  const size = values.length / length;
  const parts = Array.from({ length }, (_, i) => values.slice(i * size, (i + 1) * size));
  return shape.length === 0 ? [...values] : parts.map((part) => nested(part, shape));
}

function output({ json }: Answer, name: string): Tensor {
  return json.outputs.find((found) => found.name === name)!;
}

describe('the Open Inference Protocol', () => {
  it.each(['live', 'ready'])('says without a token that the server is %s', async (state) => {
    const response = await hub.fetch(`/v2/health/${state}`);
    expect([response.status, await response.json()]).toEqual([200, { [state]: true }]);
  });

  it('describes the server', async () => {
    expect((await send('/v2')).json).toEqual({
      name: 'model-hub',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      extensions: ['binary_tensor_data', 'classification', 'model_configuration', 'model_repository', 'statistics'],
    });
  });

  it.each(['/v2/models/colours', '/v2/models/colours/versions/1'])('describes a model at %s', async (path) => {
    expect((await send(path)).json).toMatchObject({
      name: 'colours',
      versions: ['1'],
      inputs: [
        { name: 'image', datatype: 'UINT8', shape: [-1, SIDE, SIDE, 3], parameters: { layout: 'NHWC', maximum: 255 } },
      ],
      outputs: [
        { name: 'probabilities', datatype: 'FP32', shape: [-1, 3], parameters: { labels: 'blue\ngreen\nred' } },
        { name: 'label', datatype: 'BYTES', shape: [-1] },
      ],
    });
    const { status, json } = await send(`${path}/ready`);
    expect([status, json]).toEqual([200, { name: 'colours', ready: true }]);
  });

  it.each<[string, () => Promise<Answer>]>([
    ['UINT8 in a flat list', () => infer({ inputs: [image(1, { data: [...pixelsOf('red')] })] })],
    [
      'UINT8 in nested lists',
      () => infer({ inputs: [image(1, { data: nested([...pixelsOf('red')], [1, SIDE, SIDE, 3]) })] }),
    ],
    ['FP32 in a flat list', () => infer({ inputs: [image(1, { ...FLOAT, data: [...pixelsOf('red')] })] })],
    [
      'FP32 with fractions',
      () =>
        infer({ inputs: [image(1, { ...FLOAT, data: [...pixelsOf('red')].map((value) => Math.abs(value - 0.4)) })] }),
    ],
    ['UINT8 in bytes', () => infer({ inputs: [inBytes(1)] }, pixelsOf('red'))],
    [
      'FP32 in bytes',
      () =>
        infer(
          { inputs: [inBytes(1, { ...FLOAT, parameters: { binary_data_size: 4 * PICTURE } })] },
          floatsOf(pixelsOf('red')),
        ),
    ],
    [
      'a version',
      () => infer({ inputs: [inBytes(1)] }, pixelsOf('red'), { path: '/v2/models/colours/versions/1/infer' }),
    ],
  ])('answers about %s as GraphQL does about the photo', async (_, ask) => {
    const answer = await ask();
    const { classify } = await hub.send<{ classify: ClassificationAnswer }>(
      'classify',
      'image',
      photos.get('red')!.photo,
      { model: 'colours' },
    );
    const byLabel = new Map(classify.top.map(({ label, probability }) => [label, probability]));
    expect(answer.json).toEqual({
      model_name: 'colours',
      model_version: '1',
      parameters: { runtime: 'ONNX_RUNTIME', precision: 'FP32' },
      outputs: [
        {
          name: 'probabilities',
          datatype: 'FP32',
          shape: [1, 3],
          data: COLOUR_NAMES.map((name) => expect.closeTo(byLabel.get(name)!, 5)),
        },
        { name: 'label', datatype: 'BYTES', shape: [1], data: ['red'] },
      ],
    });
    expect(answer.status).toBe(200);
  });

  it('answers about several pictures in their order, each as if it were alone', async () => {
    const colours: Colour[] = ['green', 'red', 'blue', 'red', 'green'];
    const together = await infer({ inputs: [inBytes(5)] }, pixelsOf(...colours));
    expect(output(together, 'label')).toMatchObject({ shape: [5], data: colours });
    const alone = await Promise.all(colours.map((colour) => infer({ inputs: [inBytes(1)] }, pixelsOf(colour))));
    const rows = alone.flatMap((answer) => output(answer, 'probabilities').data as number[]);
    const { shape, data } = output(together, 'probabilities');
    expect(shape).toEqual([5, 3]);
    for (const [i, value] of rows.entries()) expect(data![i]).toBeCloseTo(value, 5);
  });

  it('returns the id, and the outputs that are asked for, in their order', async () => {
    const asked = { id: 'a-1', inputs: [inBytes(1)], outputs: [{ name: 'label' }, { name: 'probabilities' }] };
    const { json } = await infer({ ...asked, parameters: { priority: 3 } }, pixelsOf('blue'));
    expect(json.id).toBe('a-1');
    expect(json.outputs.map(({ name }) => name)).toEqual(['label', 'probabilities']);
    const one = await infer({ ...asked, outputs: [{ name: 'label' }] }, pixelsOf('blue'));
    expect(one.json.outputs).toEqual([{ name: 'label', datatype: 'BYTES', shape: [1], data: ['blue'] }]);
  });

  it('returns in bytes what is wanted so: all, or one output', async () => {
    const inputs = [inBytes(2)];
    const pixels = pixelsOf('blue', 'red');
    const plain = await infer({ inputs }, pixels);
    const floats = Float32Array.from(output(plain, 'probabilities').data as number[]);
    const texts = Buffer.concat([
      Buffer.from([4, 0, 0, 0]),
      Buffer.from('blue'),
      Buffer.from([3, 0, 0, 0]),
      Buffer.from('red'),
    ]);
    const all = await infer({ inputs, parameters: { binary_data_output: true } }, pixels);
    expect(all.rest).toEqual(Buffer.concat([Buffer.from(floats.buffer), texts]));
    expect(all.json.outputs).toEqual([
      { name: 'probabilities', datatype: 'FP32', shape: [2, 3], parameters: { binary_data_size: 24 } },
      { name: 'label', datatype: 'BYTES', shape: [2], parameters: { binary_data_size: texts.length } },
    ]);
    const outputs = [{ name: 'probabilities' }, { name: 'label', parameters: { binary_data: true } }];
    const one = await infer({ inputs, outputs }, pixels);
    expect(one.rest).toEqual(texts);
    expect(output(one, 'probabilities').data).toEqual([...floats]);
  });

  it('returns classes by rank where a classification is wanted', async () => {
    const outputs = [{ name: 'probabilities', parameters: { classification: 2 } }];
    const { datatype, shape, data } = output(
      await infer({ inputs: [inBytes(2)], outputs }, pixelsOf('red', 'green')),
      'probabilities',
    );
    expect([datatype, shape]).toEqual(['BYTES', [2, 2]]);
    const parts = (data as string[]).map((text) => text.split(':') as [string, string, string]);
    expect([parts[0]!.slice(1), parts[2]!.slice(1)]).toEqual([
      ['2', 'red'],
      ['1', 'green'],
    ]);
    expect(Number(parts[0]![0])).toBeGreaterThan(Number(parts[1]![0]));
  });

  it('takes compressed requests', async () => {
    const json = Buffer.from(JSON.stringify({ inputs: [inBytes(1)] }));
    const body = gzipSync(Buffer.concat([json, pixelsOf('green')]));
    const headers = { [LENGTH]: String(json.length), 'content-encoding': 'gzip' };
    const answer = await send('/v2/models/colours/infer', { method: 'POST', body, headers });
    expect(output(answer, 'label').data).toEqual(['green']);
  });

  const data = (): number[] => [...pixelsOf('red')];
  const badValue = (value: unknown, datatype: string): (() => Promise<Answer>) => {
    return () => infer({ inputs: [image(1, { datatype, data: data().with(7, value as number) })] });
  };
  const floats = (value: number): (() => Promise<Answer>) => {
    const parameters = { binary_data_size: 4 * PICTURE };
    return () => {
      const values = Float32Array.from(pixelsOf('red')).with(5, value);
      return infer({ inputs: [inBytes(1, { ...FLOAT, parameters })] }, Buffer.from(values.buffer));
    };
  };
  const ask = (changes: object, ...colours: Colour[]): (() => Promise<Answer>) => {
    return () => infer({ inputs: [inBytes(1, changes)] }, pixelsOf('red', ...colours));
  };
  it.each<[string, () => Promise<Answer>, number, RegExp]>([
    [
      'for a model that is not there',
      () => infer({ inputs: [inBytes(1)] }, pixelsOf('red'), { path: '/v2/models/none/infer' }),
      404,
      /none/,
    ],
    [
      'for a version that is not there',
      () => infer({ inputs: [inBytes(1)] }, pixelsOf('red'), { path: '/v2/models/colours/versions/7/infer' }),
      404,
      /no version 7/,
    ],
    [
      'for a version that is no number',
      () => infer({ inputs: [inBytes(1)] }, pixelsOf('red'), { path: '/v2/models/colours/versions/x/infer' }),
      404,
      /numbers from 1; x was received/,
    ],
    ['about a model that is not there', () => send('/v2/models/none'), 404, /There is no model named none/],
    [
      'about a version that is not there',
      () => send('/v2/models/colours/versions/2/ready'),
      404,
      /no version 2 of colours/,
    ],
    ['for what the protocol has not', () => send('/v2/models/colours/explain'), 404, /./],
    ['without a token', () => send('/v2/models/colours', { headers: { authorization: '' } }), 401, /token/],
    ['without a body', () => send('/v2/models/colours/infer', { method: 'POST' }), 400, /0 bytes/],
    [
      'that is no JSON',
      () => send('/v2/models/colours/infer', { method: 'POST', body: '{"inputs": ' }),
      400,
      /it is not valid JSON/,
    ],
    ['that is a list', () => infer([]), 400, /must be an object \(received \[\]\)/],
    ['without inputs', () => infer({}), 400, /inputs: is missing/],
    [
      'with two inputs',
      () => infer({ inputs: [inBytes(1), inBytes(1)] }, pixelsOf('red', 'red')),
      400,
      /inputs: must have 1 or less items \(received a list of 2\)/,
    ],
    [
      'with an input of another name',
      ask({ name: 'pixels' }),
      400,
      /inputs\[0\]\.name: must be "image" \(received "pixels"\)/,
    ],
    [
      'of another datatype',
      ask({ datatype: 'INT64' }),
      400,
      /inputs\[0\]\.datatype: must be "UINT8" or "FP32" or "BYTES" \(received "INT64"\)/,
    ],
    [
      'of another layout',
      ask({ shape: [1, 3, SIDE, SIDE] }),
      400,
      /must be \[n, side, side, 3\] \(received \[1,3,32,32\]\)/,
    ],
    ['without a batch', ask({ shape: [SIDE, SIDE, 3] }), 400, /\[n, side, side, 3\]/],
    ['of a negative shape', ask({ shape: [-1, SIDE, SIDE, 3] }), 400, /shape\[0\]: must be 1 or more \(received -1\)/],
    ['of no picture', ask({ shape: [0, SIDE, SIDE, 3] }), 400, /shape\[0\]: must be 1 or more \(received 0\)/],
    ['of a shape larger than memory', ask({ shape: [1, 2 ** 26, 2 ** 26, 3] }), 400, /has \d+ bytes/],
    [
      'of pictures of another size',
      () => infer({ inputs: [image(1, { shape: [1, 30, 30, 3], data: data().slice(0, 2700) })] }),
      400,
      /32 x 32 pixels, 3072 bytes each: 3072 bytes are needed, 2700 were received/,
    ],
    [
      'of more pictures than its data has',
      ask({ shape: [2, SIDE, SIDE, 3] }),
      400,
      /has 6144 bytes; binary_data_size is 3072/,
    ],
    ['of fewer pictures than its data has', ask({}, 'red'), 400, /has 3072 bytes; .*and 6144 bytes follow the JSON/],
    [
      'of too many pictures',
      () => infer({ inputs: [inBytes(BOUNDS.batch.value + 1)] }, Buffer.alloc((BOUNDS.batch.value + 1) * PICTURE)),
      400,
      /more than 32 photos, the limit/,
    ],
    [
      'with a binary size that lies',
      ask({ parameters: { binary_data_size: PICTURE - 1 } }),
      400,
      /has 3072 bytes; binary_data_size is 3071/,
    ],
    ['with bytes and data', ask({ data: [1] }), 400, /both data and binary_data_size/],
    [
      'with bytes that no tensor has',
      () => infer({ inputs: [image(1, { data: data() })] }, Buffer.alloc(9)),
      400,
      /9 bytes follow its JSON/,
    ],
    ['without data', () => infer({ inputs: [image(1, {})] }), 400, /do not match its shape/],
    [
      'with too little data',
      () => infer({ inputs: [image(1, { data: data().slice(1) })] }),
      400,
      /3072 values; 3071 were received/,
    ],
    [
      'with lists that do not match its shape',
      () => infer({ inputs: [image(1, { data: nested(data(), [1, SIDE * 2, SIDE / 2, 3]) })] }),
      400,
      /do not match its shape/,
    ],
    ['with a value of 256', badValue(256, 'UINT8'), 400, /Value 7 .*; 256 was received/],
    ['with a negative value', badValue(-1, 'FP32'), 400, /Value 7 .*; -1 was received/],
    ['with a fraction as UINT8', badValue(0.5, 'UINT8'), 400, /whole number/],
    ['with null in place of a value', badValue(null, 'FP32'), 400, /null was received/],
    ['with a text in place of a value', badValue('12', 'UINT8'), 400, /"12" was received/],
    ['with NaN', floats(Number.NaN), 400, /Value 5 .*; NaN was received/],
    ['with infinity', floats(Number.POSITIVE_INFINITY), 400, /Infinity was received/],
    ['with normalised values', floats(-0.7), 400, /from 0 to 255/],
    [
      'for an output that is not there',
      () => infer({ inputs: [inBytes(1)], outputs: [{ name: 'logits' }] }, pixelsOf('red')),
      400,
      /outputs\[0\]\.name/,
    ],
    [
      'for an output twice',
      () => infer({ inputs: [inBytes(1)], outputs: [{ name: 'label' }, { name: 'label' }] }, pixelsOf('red')),
      400,
      /outputs: must not list an output twice/,
    ],
    [
      'for an output 200,000 times',
      () => infer({ inputs: [inBytes(1)], outputs: new Array(200_000).fill({ name: 'label' }) }, pixelsOf('red')),
      400,
      /its JSON has \d+ bytes; the limit before a tensor in the binary form is 65536/,
    ],
    [
      'for an output 100,000 times in JSON',
      () => infer({ inputs: [image(1, {})], outputs: new Array(100_000).fill({ name: 'label' }) }),
      400,
      /outputs: must have 2 or less items \(received a list of 100000\)/,
    ],
    [
      'of 200,000 dimensions',
      () => infer({ inputs: [{ ...image(1, {}), shape: new Array(200_000).fill('x') }] }),
      400,
      /shape: must have 4 or less items \(received a list of 200000\)/,
    ],
    [
      'that is wanted within a microsecond',
      () =>
        infer(
          { parameters: { timeout: 1 }, inputs: [inBytes(BOUNDS.batch.value)] },
          Buffer.alloc(BOUNDS.batch.value * PICTURE),
        ),
      504,
      /the deadline/,
    ],
    [
      'for the classification of a label',
      () =>
        infer(
          { inputs: [inBytes(1)], outputs: [{ name: 'label', parameters: { classification: 2 } }] },
          pixelsOf('red'),
        ),
      400,
      /classification/,
    ],
    [
      'whose header is no number',
      () => infer({ inputs: [inBytes(1)] }, pixelsOf('red'), { headers: { [LENGTH]: 'x' } }),
      400,
      /Inference-Header-Content-Length is "x"/,
    ],
    [
      'whose header is longer than the body',
      () => infer({ inputs: [inBytes(1)] }, pixelsOf('red'), { headers: { [LENGTH]: '9999999' } }),
      400,
      /Content-Length is "9999999"/,
    ],
    [
      'whose header cuts the JSON',
      () => infer({ inputs: [inBytes(1)] }, pixelsOf('red'), { headers: { [LENGTH]: '5' } }),
      400,
      /not valid JSON/,
    ],
    [
      'whose JSON is too long',
      () => infer({ filler: 'x'.repeat(BOUNDS.inferenceJson.value) }),
      413,
      /has more than 2097152 bytes, the limit of this request\. Send the tensor in the binary form\./,
    ],
    [
      'that is too long',
      () => infer({ inputs: [inBytes(1)] }, Buffer.alloc(BOUNDS.inferenceBody.value)),
      413,
      /has 50331755 bytes; the limit of this request is 50331648/,
    ],
  ])('refuses a request %s', async (_, ask, status, message) => {
    const { status: answered, json } = await ask();
    expect(json).toEqual({ error: expect.stringMatching(message) });
    expect(answered).toBe(status);
    expect(output(await infer({ inputs: [inBytes(1)] }, pixelsOf('red')), 'label').data, 'goes on serving').toEqual([
      'red',
    ]);
  });
});
