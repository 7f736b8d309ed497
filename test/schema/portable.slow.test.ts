import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { temper } from '../../src/calibration/temperature.js';
import { readKerasModel } from '../../src/network/keras/read.js';
import { readSafetensors } from '../../src/network/safetensors.js';
import { dataPaths } from '../../src/storage/data-folder.js';
import { readExportedModel } from '../../src/training/exported-model.js';
import type { ModelAnswer } from '../support/answers.js';
import { COLOUR_NAMES, registerColours } from '../support/colour-images.js';
import { HubCommands } from '../support/command.js';
import { PATIENTLY } from '../support/hub-user.js';
import { kerasHead } from '../support/keras-heads.js';
import { QUICK } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

interface ImportAnswer {
  readonly id: string;
  readonly state: string;
  readonly version: number | null;
  readonly notes: readonly string[];
  readonly error: { readonly code: string; readonly message: string } | null;
}

interface VersionAnswer {
  readonly number: number;
  readonly runId: string | null;
  readonly testAccuracy: number;
  readonly labels: readonly string[];
  readonly backbone: { readonly name: string };
  readonly exports: readonly { readonly format: string; readonly link: string; readonly bytes: number }[];
  readonly origin: { readonly fileName: string; readonly sha256: string } | null;
}

const SIDE = 32;
const COUNT = 3;
const pixels = Uint8Array.from({ length: COUNT * SIDE * SIDE * 3 }, (_, i) => (i * 2654435761) >>> 24);

/** An export as it was sent. */
interface Sent {
  readonly content: Buffer;
  readonly headers: Headers;
}

describe('a model version', { timeout: 180_000 }, () => {
  let hub: TestHub;
  let datasetVersionId: string;
  /** The exports of the version, by format. */
  const sent = new Map<string, Sent>();

  beforeAll(async () => {
    hub = await TestHub.start({ versionWork: true });
    datasetVersionId = (await registerColours(hub)).id;
    const run = await hub.train({ datasetVersionId, recipe: { ...QUICK, dropout: 0.25 } });
    await hub.registerModel(run.id, 'colours');
    await Promise.all([hub.measured('colours', 1), hub.calibrated('colours', 1)]);
    await hub.ask('set-serving-precision', { model: 'colours', version: 1, precision: 'FP32' });
    for (const { format, link } of (await versions('colours'))[0]!.exports) {
      const response = await get(link);
      sent.set(format, { content: Buffer.from(await response.arrayBuffer()), headers: response.headers });
    }
  });
  afterAll(() => hub.remove());

  const exported = (format: string): Buffer => sent.get(format)!.content;

  const versions = async (model: string): Promise<readonly VersionAnswer[]> =>
    (await hub.ask<{ model: { versions: VersionAnswer[] } }>('model-exports', { model })).model.versions;

  const get = (path: string): Promise<Response> =>
    hub.fetch(path, { headers: { authorization: `Bearer ${hub.token}` } });

  const { run: at } = new HubCommands(() => hub);

  /** Probabilities of the pictures by the network of a version, before calibration. */
  async function answers(model: string, version: number): Promise<Float32Array> {
    const { temperature } = await hub.calibrated(model, version);
    await hub.measured(model, version);
    await hub.ask('set-serving-precision', { model, version, precision: 'FP32' });
    const { versions } = (await hub.ask<{ model: ModelAnswer }>('model', { name: model })).model;
    const isTempered = versions.find(({ number }) => number === version)!.notCalibrated === null;
    const image = { name: 'image', datatype: 'UINT8', shape: [COUNT, SIDE, SIDE, 3], data: [...pixels] };
    const response = await hub.fetch(`/v2/models/${model}/versions/${version}/infer`, {
      method: 'POST',
      headers: { authorization: `Bearer ${hub.token}` },
      body: JSON.stringify({ inputs: [image], outputs: [{ name: 'probabilities' }] }),
    });
    const [{ data }] = ((await response.json()) as { outputs: [{ data: number[] }] }).outputs;
    return temper(Float32Array.from(data), COLOUR_NAMES.length, isTempered ? 1 / temperature : 1);
  }

  /** Waits for the end of an import. */
  async function ended(model: string, id: string): Promise<ImportAnswer> {
    const look = async (): Promise<ImportAnswer | undefined> => {
      const { modelImports } = await hub.ask<{ modelImports: ImportAnswer[] }>('model-imports', { model });
      return modelImports.find((one) => one.id === id && /SUCCEEDED|FAILED/.test(one.state));
    };
    return vi.waitUntil(look, PATIENTLY);
  }

  async function imported(content: Uint8Array, input: object): Promise<ImportAnswer> {
    const variables = { model: 'brought', datasetVersionId, ...input };
    const sent = await hub.send<{ importModelVersion: { id: string } }>(
      'import-model-version',
      'upload',
      content,
      variables,
    );
    return ended(variables.model, sent.importModelVersion.id);
  }

  it('names its export formats, and each download has the name, size and digest that it states', async () => {
    const [version] = await versions('colours');
    expect(version!.exports.map(({ format }) => format)).toEqual(['ONNX', 'ONNX_INT8', 'SAFETENSORS', 'KERAS']);
    expect(version!.origin).toBeNull();
    const names = ['colours-1.onnx', 'colours-1.int8.onnx', 'colours-1.safetensors', 'colours-1.h5'];
    for (const [i, { format, bytes }] of version!.exports.entries()) {
      const { content, headers } = sent.get(format)!;
      const digest = createHash('sha256').update(content).digest('base64');
      expect(headers.get('content-disposition')).toBe(`attachment; filename=${names[i]}`);
      expect(headers.get('repr-digest')).toBe(`sha-256=:${digest}:`);
      // Graph and description, which a narrow network has as a real one, are not counted.
      expect(content.length, format).toBeGreaterThan(0.8 * bytes);
      expect(content.length, format).toBeLessThan(4 * bytes);
    }
    // Each is deleted when it has been sent.
    const served = /\.network(\.weights)?$/;
    const left = async (): Promise<readonly string[]> =>
      (await readdir(dataPaths(hub.data).temporary)).filter((name) => !served.test(name));
    await vi.waitUntil(async () => (await left()).length === 0, { timeout: 60_000 });
  });

  it.each([
    ['ONNX', 1e-5],
    ['ONNX_INT8', 0.2],
  ])('answers as %s as it answers in the hub, and describes itself', async (format, tolerance) => {
    const session = await ort.InferenceSession.create(exported(format));
    const { result } = await session.run({ pixels: new ort.Tensor('uint8', pixels, [COUNT, SIDE, SIDE, 3]) });
    await session.release();
    const [got, expected] = [[...(result!.data as Float32Array)], await answers('colours', 1)];
    for (const [i, value] of expected.entries()) expect(Math.abs(got[i]! - value)).toBeLessThanOrEqual(tolerance);
    for (const text of ['["blue","green","red"]', '"input":32,"image":75', 'colours 1', 'x / 127.5 - 1']) {
      expect(exported(format).includes(text), text).toBe(true);
    }
  });

  it('has its weights and description as safetensors, and as a Keras model', async () => {
    const { weights, metadata } = readSafetensors(exported('SAFETENSORS'));
    const head = [{ kind: 'dense' }, { kind: 'dropout', rate: 0.25 }, { kind: 'dense', units: 3 }];
    expect(readExportedModel(exported('SAFETENSORS'))).toMatchObject({ labels: COLOUR_NAMES, head });
    expect(weights.size).toBe(4 * 94 + 4);
    expect(JSON.parse(metadata.labels!)).toEqual(COLOUR_NAMES);
    const { temperature } = await hub.calibrated('colours', 1);
    expect(metadata).toMatchObject({
      model: 'colours',
      version: '1',
      calibration: JSON.stringify({ temperature }),
      dataset: 'colours 1',
    });
    const model = await readKerasModel(exported('KERAS'));
    expect(model).toMatchObject({ labels: COLOUR_NAMES, head, notes: [] });
    for (const [name, { data }] of weights) expect(model.weights.get(name)!.data, name).toEqual(data);
  });

  it.each([
    ['/v1/models/colours/versions/1/export?format=pickle', 400, 'BAD_INPUT'],
    ['/v1/models/colours/versions/1/export', 400, 'BAD_INPUT'],
    ['/v1/models/colours/versions/7/export?format=onnx', 404, 'NOT_FOUND'],
    ['/v1/models/colours/versions/x/export?format=onnx', 404, 'NOT_FOUND'],
    ['/v1/models/nobody/versions/1/export?format=keras', 404, 'NOT_FOUND'],
  ])('is not sent for GET %s', async (path, status, code) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code } }] });
  });

  it('is imported from its Keras export with the same figures and answers, and the audit names the actor', async () => {
    const done = await imported(exported('KERAS'), { model: 'back' });
    expect(done).toMatchObject({ state: 'SUCCEEDED', version: 1, error: null, notes: [] });
    const [[original], [version]] = [await versions('colours'), await versions('back')];
    const sha256 = createHash('sha256').update(exported('KERAS')).digest('hex');
    expect(version).toMatchObject({ runId: null, origin: { fileName: 'file', sha256 }, labels: COLOUR_NAMES });
    expect(version!.testAccuracy).toBe(original!.testAccuracy);
    const [got, expected] = [await answers('back', 1), await answers('colours', 1)];
    for (const [i, value] of expected.entries()) expect(got[i]).toBeCloseTo(value, 5);
    const filter = { model: 'back', actions: ['MODEL_VERSION_IMPORTED'] };
    const { auditEvents } = await hub.ask<{ auditEvents: { events: object[] } }>('audit-events', { filter });
    expect(auditEvents.events).toMatchObject([{ actor: 'first', subject: 'back 1' }]);
  });

  it('is exported by a command', async () => {
    const out = join(hub.outside, 'colours.safetensors');
    const { code, stderr } = await at('model', 'export', 'colours', '1', '--format', 'safetensors', '--out', out);
    expect(code, stderr).toBe(0);
    expect((await readFile(out)).equals(exported('SAFETENSORS'))).toBe(true);
  });

  it('is imported by a command from a file that Keras saved, with notes about what could not be checked', async () => {
    const file = join(hub.allowed, 'model.h5');
    await writeFile(file, gunzipSync(readFileSync(new URL('../reference/keras_model.h5.gz', import.meta.url))));
    const command = ['model', 'import', 'saved', file, '--dataset', 'colours', '--labels', 'red', 'blue', 'green'];
    const { code, stdout, stderr } = await at(...command, '--json');
    expect(code, stderr).toBe(0);
    const notes = ['taken for a bilinear resize', 'No layer scales'].map((text) => expect.stringContaining(text));
    expect(JSON.parse(stdout)).toMatchObject({ modelImport: { version: 1, fileName: 'model.h5', notes } });
    const [version] = await versions('saved');
    expect(version).toMatchObject({ labels: ['red', 'blue', 'green'], runId: null });
    expect(version!.testAccuracy).toBeLessThan(1);
    await writeFile(file, 'weights');
    const refused = await at('model', 'import', 'saved', file, '--dataset', 'colours', '--upload');
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('neither a Keras model') });
  });

  it('with another head and a shorter base serves, and leaves, in every form', async () => {
    const labels = ['red', 'blue', 'green'];
    const done = await imported(kerasHead('the base up to mixed3, flattened'), { model: 'short', labels });
    expect(done).toMatchObject({ state: 'SUCCEEDED', error: null, notes: [] });
    const expected = await answers('short', 1);
    const { fp32Accuracy, int8Accuracy } = await hub.measured('short', 1);
    expect(Math.abs(int8Accuracy! - fp32Accuracy)).toBeLessThan(0.2);
    const [version] = await versions('short');
    expect(version!.exports).toHaveLength(4);
    for (const { format, link } of version!.exports) {
      const content = Buffer.from(await (await get(link)).arrayBuffer());
      if (format.startsWith('ONNX')) {
        const session = await ort.InferenceSession.create(content);
        const { result } = await session.run({ pixels: new ort.Tensor('uint8', pixels, [COUNT, SIDE, SIDE, 3]) });
        await session.release();
        const tolerance = format === 'ONNX' ? 1e-5 : 0.2;
        for (const [i, value] of expected.entries())
          expect(Math.abs((result!.data as Float32Array)[i]! - value)).toBeLessThan(tolerance);
      } else {
        const again = await imported(content, { model: `short-${format.toLowerCase()}` });
        expect(again, format).toMatchObject({ state: 'SUCCEEDED', error: null });
        const [copy] = await versions(`short-${format.toLowerCase()}`);
        expect(copy).toMatchObject({ labels, testAccuracy: version!.testAccuracy });
      }
    }
    const { backbone } = version!;
    const run = await hub.train({ datasetVersionId, backbone: backbone.name, recipe: QUICK });
    const fineTune = { parentRunId: run.id, fineTuneFrom: 'mixed4' };
    await expect(hub.ask('start-fine-tune-run', { input: fineTune })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining(
        'to mixed3 starts after one of its blocks, mixed0 to mixed3 (received "mixed4")',
      ),
    });
    expect(await at('model', 'show', 'short')).toMatchObject({
      stdout: expect.stringMatching(/InceptionV3 x 0\.0625 to mixed3 +flatten > dense 8, relu > dense 3, softmax/),
    });
  });

  it('is not imported from a file whose outputs have other labels', async () => {
    const { state, error, version } = await imported(exported('KERAS'), { labels: ['red', 'blue', 'pink'] });
    expect({ state, version, code: error?.code }).toEqual({ state: 'FAILED', version: null, code: 'BAD_INPUT' });
    expect(error?.message).toContain('none is "green", a class of the dataset');
  });

  it('is not imported for a missing dataset version, or without exactly one source', async () => {
    const none = { model: 'refused', datasetVersionId: '00000000-0000-7000-8000-000000000000' };
    await expect(hub.ask('import-model-version', { ...none, path: hub.data })).rejects.toMatchObject({
      code: 'BAD_INPUT',
    });
    await expect(hub.send('import-model-version', 'upload', Buffer.from('x'), none)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(hub.ask('import-model-version', none)).rejects.toThrow('exactly one of upload and path');
  });
});
