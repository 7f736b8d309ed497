import { createHash } from 'node:crypto';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { images, noise, tarGzOf, zipOf } from '../datasets/archives.js';
import type { ModelAnswer, RunAnswer } from '../support/answers.js';
import { colourPhoto } from '../support/colour-images.js';
import { ERROR, requestText } from '../support/hub-user.js';
import { copyVersions, WORSE } from '../support/model-copies.js';
import { HOPELESS } from '../support/recipes.js';
import { datasetVersionRow } from '../support/run-rows.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

/** Stands for the place that publishes the weights. */
let publisher: Server;
let publish: RequestListener;
const PUBLISHED = Buffer.from('what Keras-applications published');

let hub: HubWithColours;
let good: RunAnswer;
const models = Array.from({ length: 4 }, (_, i) => `model-${i + 1}`);

beforeAll(async () => {
  publisher = createServer((request, response) => publish(request, response)).listen(0, '127.0.0.1');
  await new Promise((resolve) => publisher.once('listening', resolve));
  const url = `http://127.0.0.1:${(publisher.address() as AddressInfo).port}/weights.h5`;
  const md5 = createHash('md5').update(PUBLISHED).digest('hex');
  hub = await TestHub.startWithColours({
    imagenet: { url, bytes: PUBLISHED.length, md5 },
    rows: async (client) => {
      const datasetVersionId = await datasetVersionRow(client, 'other');
      for (const model of models) await copyVersions(client, model, [{}, WORSE, { datasetVersionId }]);
      await copyVersions(client, 'unserved');
    },
  });
  good = await hub.run(hub.runId);
});
afterAll(async () => {
  publisher.closeAllConnections();
  publisher.close();
  await hub.remove();
});

interface Refusal {
  readonly code: unknown;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Asks a request of test/requests (or GraphQL text) that must be refused. @returns why it was. */
async function refusal(
  request: string,
  variables: Record<string, unknown>,
  file?: { as: string; content: Uint8Array },
): Promise<Refusal> {
  const text = request.includes('{') ? request : await requestText(request);
  const { data, errors } = await hub.post(text, variables, file);
  expect(data ?? null, 'a refused request has no data').toBeNull();
  expect(errors).toHaveLength(1);
  const { message, extensions } = errors![0]!;
  const { code, ...details } = extensions;
  return { code, message, details };
}

const MISSING_ID = '00000000-0000-7000-8000-000000000000';
const text = (content: string): Uint8Array => Buffer.from(content);

describe('datasets', () => {
  afterEach(async () => {
    const { dataset } = await hub.client.request<{ dataset: { versions: unknown[] } }>(
      '{ dataset(name: "colours") { versions { number } } }',
    );
    expect(dataset.versions, 'nothing is registered').toEqual([{ number: 1 }]);
  });

  it.each([[''], ['Colours'], ['-colours'], ['two words'], ['../colours'], ['a'.repeat(65)], ['farbe-ä']])(
    'refuses the name %j and says what a name is',
    async (name) => {
      expect(await refusal('create-dataset', { name })).toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringMatching(/^A name has 1 to 64 characters: lower-case letters, digits/),
      });
    },
  );

  it('refuses a name that is taken', async () => {
    expect(await refusal('create-dataset', { name: 'colours' })).toEqual({
      code: 'CONFLICT',
      message: 'There is a dataset named colours already.',
      details: { name: 'colours' },
    });
  });

  it('refuses data for a dataset that is not there, uploaded or by path', async () => {
    const content = await zipOf(await images(['cat', 'dog'], 2));
    const expected = { code: 'NOT_FOUND', message: 'There is no dataset named nowhere: create it first.' };
    expect(await refusal('register-upload', { dataset: 'nowhere' }, { as: 'upload', content })).toMatchObject(expected);
    const path = await hub.file('pets.zip', content);
    expect(await refusal('register-path', { dataset: 'nowhere', path })).toMatchObject(expected);
  });

  it.each([
    ['neither upload nor path', '', ''],
    ['an upload and a path that are null', '', 'upload: null, path: null'],
    ['both upload and path', '($upload: Upload)', 'upload: $upload, path: "/x"'],
  ])('refuses %s', async (_, variables, given) => {
    const request = `mutation ${variables} { registerDatasetVersion(input: { dataset: "colours", ${given} }) { id } }`;
    const file = variables ? { as: 'upload', content: text('x') } : undefined;
    expect(await refusal(request, {}, file)).toMatchObject({
      code: 'BAD_INPUT',
      message: 'Give exactly one of upload, path and url.',
    });
  });

  describe('a path that the hub may not read', () => {
    beforeAll(async () => {
      await mkdir(join(hub.outside, 'cat'));
      await symlink(hub.outside, join(hub.allowed, 'link'), 'junction');
      await mkdir(`${hub.allowed}-too`);
    });

    it.each<[string, () => string]>([
      ['beside the allowed folder', () => hub.outside],
      ['above it', () => join(hub.allowed, '..')],
      ['that climbs out of it', () => `${hub.allowed}/../outside`],
      ['that leads out by a link', () => join(hub.allowed, 'link')],
      ['behind a link', () => join(hub.allowed, 'link', 'cat')],
      ['that only begins like it', () => `${hub.allowed}-too`],
      ['with nothing there', () => join(hub.allowed, 'nothing')],
      ["of the hub's own data", () => join(hub.data, 'token')],
      ['with a NUL character', () => `${hub.allowed}\0`],
    ])('%s is refused like any other', async (_, path) => {
      expect(await refusal('register-path', { dataset: 'colours', path: path() })).toEqual({
        code: 'BAD_INPUT',
        message: 'The path is not in a folder that this hub may read: start the hub with --allow FOLDER.',
        details: { path: path() },
      });
    });
  });

  it.each<[string, () => Promise<Uint8Array> | Uint8Array, RegExp]>([
    ['that is no archive', () => text('cat,dog'), /not an archive that this hub reads: zip, tar, tar\.gz or tar\.zst/],
    ['that is empty', () => text(''), /not an archive that this hub reads/],
    ['with one class', async () => zipOf(await images(['cat'], 3)), /There is one class, "cat"/],
    ['without images', async () => tarGzOf({ 'cat/a.txt': Buffer.from('a') }), /no image with a class/],
    [
      'that was cut off',
      async () => (await zipOf(await images(['cat', 'dog'], 3))).subarray(0, 300),
      /The zip archive is damaged or incomplete/,
    ],
    [
      'of a gzip that was cut off',
      async () => (await tarGzOf(await images(['cat', 'dog'], 3))).subarray(0, 900),
      /The tar archive is damaged or incomplete/,
    ],
  ])('refuses an upload %s', async (_, content, message) => {
    const file = { as: 'upload', content: await content() };
    expect(await refusal('register-upload', { dataset: 'colours' }, file)).toMatchObject({
      code: 'DATASET_REFUSED',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ['testFraction', { testFraction: 0.95 }, /^testFraction must be 0\.01 to 0\.9; 0\.95 was received\.$/],
    ['testFraction', { testFraction: 0 }, /^testFraction must be 0\.01 to 0\.9; 0 was received\.$/],
    ['seed', { seed: -1 }, /^seed must be 0 or more; -1 was received\.$/],
  ])('refuses a %s out of range and names the range', async (_, given, message) => {
    expect(await refusal('register-path', { dataset: 'colours', path: '/x', ...given })).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(message),
    });
  });
});

describe('backbones', () => {
  it('refuses a name without a path that it does not know', async () => {
    expect(await refusal('add-backbone', { name: 'resnet' })).toMatchObject({
      code: 'BACKBONE_UNAVAILABLE',
      message:
        'There is no backbone named resnet. Choose another, such as imagenet, efficientnet-lite0, tiny-imagenet-2, or add it: "hub backbone add resnet --path FILE", or addBackbone with its path.',
    });
  });

  it.each(['imagenet', 'tiny-imagenet-2', 'efficientnet-lite0', 'tiny-imagenet'])(
    'refuses a file under the name %s, which means other weights',
    async (name) => {
      const path = await hub.file('weights.h5', 'x');
      expect(await refusal('add-backbone', { name, path })).toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining(`"${name}" is the name of built-in weights. Choose another name.`),
      });
    },
  );

  it.each<[string, () => Promise<string>, string]>([
    ['that is no weight file', () => hub.file('weights.h5', 'not HDF5'), 'WEIGHTS_REFUSED'],
    ['that is a folder', async () => hub.allowed, 'WEIGHTS_REFUSED'],
    ['out of bounds', async () => join(hub.outside, 'weights.h5'), 'BAD_INPUT'],
  ])('refuses a path %s', async (_, path, code) => {
    expect(await refusal('add-backbone', { name: 'mine', path: await path() })).toMatchObject({ code });
  });
});

describe('runs', () => {
  it.each<[Record<string, unknown>, string]>([
    [{ imageSize: 74 }, 'imageSize: must be 75 or more for InceptionV3 (received 74)'],
    [{ imageSize: 601 }, 'imageSize: must be 600 or less (received 601)'],
    [{ batchSize: 0 }, 'batchSize: must be 1 or more (received 0)'],
    [{ epochs: 1001 }, 'epochs: must be 1000 or less (received 1001)'],
    [{ learningRate: 0 }, 'learningRate: must be more than 0 (received 0)'],
    [{ dropout: 0.96 }, 'dropout: must be 0.95 or less (received 0.96)'],
    [{ seed: -1 }, 'seed: must be 0 or more (received -1)'],
    [{ epochs: null }, 'epochs: must be a number (received null)'],
    [
      { hiddenUnits: 0, patience: -1 },
      'hiddenUnits: must be 1 or more (received 0); patience: must be 0 or more (received -1)',
    ],
  ])('refuses the recipe %j, with field, range and what was received', async (recipe, problem) => {
    const input = { datasetVersionId: hub.datasetVersionId, backbone: 'tiny-imagenet-2', recipe };
    expect(await refusal('start-transfer-run', { input })).toMatchObject({
      code: 'BAD_INPUT',
      message: `The recipe cannot be used: ${problem}.`,
    });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['field of the recipe', { recipe: { momentum: 0.9 } }, /"momentum" is not defined by type "RecipeInput"/],
    ['preset', { preset: 'FASTEST' }, /"FASTEST" does not exist in "Preset" enum/],
    ['field', { gpu: true }, /"gpu" is not defined by type "StartTransferRunInput"/],
  ])('refuses a %s that is not there', async (_, given, message) => {
    const input = { datasetVersionId: hub.datasetVersionId, backbone: 'tiny-imagenet-2', ...given };
    expect(await refusal('start-transfer-run', { input })).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(message),
    });
  });

  it('refuses a dataset version that is not there', async () => {
    const input = { datasetVersionId: MISSING_ID, backbone: 'tiny-imagenet-2' };
    expect(await refusal('start-transfer-run', { input })).toEqual({
      code: 'NOT_FOUND',
      message: 'There is no dataset version with this id.',
      details: { id: MISSING_ID },
    });
  });

  it.each([0, 201])('refuses a page of %i', async (first) => {
    expect(await refusal('runs', { first })).toMatchObject({
      code: 'BAD_INPUT',
      message: `first must be 1 to 200; ${first} was received.`,
    });
  });

  it('refuses to cancel a run that is not there, or has ended', async () => {
    expect(await refusal('cancel-run', { id: MISSING_ID })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal('cancel-run', { id: good.id })).toMatchObject({
      code: 'CONFLICT',
      message: 'The run is SUCCEEDED and cannot be cancelled; it can be deleted.',
    });
  });

  it('ends a subscription to a run that is not there with an error', async () => {
    await expect(hub.watch(MISSING_ID).next()).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'There is no run with this id.',
    });
  });

  describe('on a backbone that cannot be downloaded', () => {
    // A download that is complete is kept.
    beforeEach(() => rm(join(hub.data, 'downloads'), { recursive: true, force: true }));

    const refused: [string, string, RequestListener, RegExp][] = [
      [
        'that nobody added',
        'resnet',
        () => undefined,
        /^There is no backbone named resnet\. Choose another, such as imagenet, /,
      ],
      [
        'that an earlier version included',
        'tiny-imagenet',
        () => undefined,
        /^The backbone "tiny-imagenet" is no longer included: "tiny-imagenet-2" has replaced it and gives other results\. Choose "tiny-imagenet-2"\./,
      ],
      [
        'whose server does not answer',
        'imagenet',
        (request) => request.socket.destroy(),
        /^The backbone "imagenet" cannot be downloaded: 127\.0\.0\.1:\d+ cannot be reached \(.+\)\. Choose "efficientnet-lite0", which is included, or add a local copy .+addBackbone with its path\.$/,
      ],
      ['whose server is silent', 'imagenet', () => undefined, /cannot be reached \(no answer within 3 s\)\./],
      [
        'whose server has lost it',
        'imagenet',
        (_, response) => response.writeHead(404).end(),
        /cannot be downloaded: http:\S+ answered with status 404\./,
      ],
    ];
    it.each(refused)(
      '%s no run, clone or sweep is queued, nor a run resumed',
      async (_, backbone, listener, message) => {
        publish = (_, response) => response.end(PUBLISHED);
        const failed = await hub.train({
          datasetVersionId: hub.datasetVersionId,
          backbone: 'imagenet',
          recipe: HOPELESS,
        });
        expect(failed.state).toBe('FAILED');
        await rm(join(hub.data, 'downloads'), { recursive: true });
        publish = listener;
        const count = async (): Promise<unknown> =>
          hub.client.request('{ runs(page: { first: 200 }) { runs { id state } } sweeps { sweeps { id } } }');
        const before = await count();
        const expected = { code: 'BACKBONE_UNAVAILABLE', message: expect.stringMatching(message) };
        const base = { datasetVersionId: hub.datasetVersionId, backbone, recipe: HOPELESS };
        expect(await refusal('start-transfer-run', { input: base })).toMatchObject(expected);
        const input = { base, method: 'GRID', parameters: [{ name: 'seed', values: [1] }] };
        expect(await refusal('start-sweep', { input })).toMatchObject(expected);
        if (backbone === 'imagenet') {
          expect(await refusal('clone-run', { input: { id: failed.id } })).toMatchObject(expected);
          expect(await refusal('resume-run', { id: failed.id })).toMatchObject(expected);
        }
        expect(await count()).toEqual(before);
      },
    );

    const rows: [string, string, RequestListener, RegExp][] = [
      [
        'whose server sends other bytes',
        'imagenet',
        (_, response) => response.end(Buffer.alloc(PUBLISHED.length)),
        /cannot be downloaded: the file from http:\S+ has the MD5 [0-9a-f]{32}; [0-9a-f]{32} is expected\./,
      ],
      [
        'whose file is no weight file',
        'imagenet',
        (_, response) => response.end(PUBLISHED),
        /not a Keras file of InceptionV3/,
      ],
    ];
    it.each(rows)('%s a run fails, and never takes another', async (_, backbone, listener, message) => {
      publish = listener;
      const run = await hub.train({ datasetVersionId: hub.datasetVersionId, backbone, recipe: HOPELESS });
      expect(run).toMatchObject({
        state: 'FAILED',
        backboneName: backbone,
        backbone: null,
        epochs: [],
        testAccuracy: null,
        error: {
          code: message.source.includes('Keras') ? 'WEIGHTS_REFUSED' : 'BACKBONE_UNAVAILABLE',
          message: expect.stringMatching(message),
        },
      });
    });
  });
});

describe('models', () => {
  it('refuses to make a version of a run that failed, and makes no model', async () => {
    publish = (_, response) => response.end(PUBLISHED);
    const failed = await hub.train({ datasetVersionId: hub.datasetVersionId, backbone: 'imagenet' });
    expect(await refusal('register-model-version', { runId: failed.id, model: 'new' })).toMatchObject({
      code: 'CONFLICT',
      message: 'The run is FAILED: only a run that succeeded can be registered.',
    });
    expect(await hub.ask('model', { name: 'new' })).toEqual({ model: null });
  });

  it.each<[string, () => Record<string, unknown>, string]>([
    ['a run that is not there', () => ({ runId: MISSING_ID, model: 'colours' }), 'NOT_FOUND'],
    ['a bad name', () => ({ runId: good.id, model: 'My model' }), 'BAD_INPUT'],
  ])('refuses to make a version of %s', async (_, variables, code) => {
    expect(await refusal('register-model-version', variables())).toMatchObject({ code });
  });

  it.each<[string, Record<string, unknown>, string, RegExp]>([
    ['a version that is not there', { version: 9 }, 'NOT_FOUND', /^There is no version 9 of a model named unserved\.$/],
    ['a model that is not there', { model: 'none' }, 'NOT_FOUND', /^There is no version 1 of a model named none\.$/],
    ['version 0', { version: 0 }, 'BAD_INPUT', /^version must be 1 or more; 0 was received\.$/],
    ['a bad alias', { alias: 'Production!' }, 'BAD_INPUT', /^A name has 1 to 64 characters/],
    ['without a reason', { reason: '' }, 'BAD_INPUT', /^reason must have 1 to 1000 characters; it has 0\./],
    [
      'over a version that is not there',
      { expectedVersion: 3 },
      'CONFLICT',
      /^production points to no version, not to version 3\./,
    ],
  ])('refuses to promote %s', async (_, given, code, message) => {
    const variables = { model: 'unserved', version: 1, reason: 'test', ...given };
    expect(await refusal('promote', variables)).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('does not serve what was not promoted', async () => {
    const file = { as: 'image', content: await colourPhoto('red', 1) };
    for (const model of ['unserved', 'none']) {
      expect(await refusal('classify', { model }, file)).toEqual({
        code: 'NOT_DEPLOYED',
        message: `Nothing serves ${model}@production: promote a version of this model first.`,
        details: { model, alias: 'production' },
      });
    }
  });

  describe('with version 1 in production', () => {
    /** A model that no other test uses: version 1 in production, a worse version 2, and 3 measured on images that are lost. */
    async function newModel(): Promise<string> {
      const model = models.pop()!;
      await hub.ask('promote', { model, version: 1, reason: 'the best' });
      return model;
    }

    const events = async (name: string): Promise<ModelAnswer['aliasEvents']> =>
      (await hub.ask<{ model: ModelAnswer }>('model', { name })).model.aliasEvents;

    it('the gate refuses a worse one, with every rule and how it stood', async () => {
      const model = await newModel();
      const { code, message, details } = await refusal('promote', { model, version: 2, reason: 'newer' });
      const worse = WORSE.testAccuracy;
      expect(worse).toBeLessThan(good.testAccuracy!);
      const percent = (accuracy: number | null): string => `${(accuracy! * 100).toFixed(2)}%`;
      const detail = `Version 2 has ${percent(worse)}, production (version 1) has ${percent(good.testAccuracy)}.`;
      expect(code).toBe('GATE_REFUSED');
      expect(message).toBe(`The gate refuses version 2 of ${model}. not worse than production: ${detail}`);
      expect(details).toEqual({
        gate: [
          expect.objectContaining({ rule: 'measured on a test split', passed: true }),
          expect.objectContaining({ rule: 'same test images as production', passed: true }),
          expect.objectContaining({ rule: 'not worse than production', passed: false, detail }),
        ],
      });
      expect(await events(model)).toHaveLength(1);
    });

    it('the gate refuses one whose test images cannot be read, however good', async () => {
      const model = await newModel();
      const { code, message } = await refusal('promote', { model, version: 3, reason: 'x' });
      expect(code).toBe('GATE_REFUSED');
      expect(message).toContain('same test images as production: The test images of versions 3 and 1 cannot be read');
    });

    it('the gate does not guard other aliases', async () => {
      const model = await newModel();
      const variables = { model, version: 2, alias: 'candidate', reason: 'to look at' };
      expect(await hub.ask('promote', variables)).toMatchObject({ promoteModelVersion: { aliases: ['candidate'] } });
      expect((await events(model))[0]).toMatchObject({ alias: 'candidate', overridden: false, gate: [] });
    });

    it('a move from what is not there any more is refused', async () => {
      const variables = { model: 'colours', version: 1, reason: 'test', expectedVersion: 2 };
      expect(await refusal('promote', variables)).toMatchObject({
        code: 'CONFLICT',
        message: 'production points to version 1, not to version 2. Check the alias, then try again.',
        details: { alias: 'production', presentVersion: 1 },
      });
    });

    it('who overrides the gate moves it, and the audit says so', async () => {
      const model = await newModel();
      const forced = { model, version: 2, reason: 'forced', overrideGate: true, expectedVersion: 1 };
      expect(await hub.ask('promote', forced)).toMatchObject({ promoteModelVersion: { number: 2 } });
      await hub.ask('promote', { model, version: 1, reason: 'back again' });
      const [back, over] = await events(model);
      expect(over).toMatchObject({ from: 1, to: 2, actor: 'first', reason: 'forced', overridden: true });
      expect(over!.gate.filter(({ passed }) => !passed)).toMatchObject([{ rule: 'not worse than production' }]);
      expect(back).toMatchObject({ from: 2, to: 1, reason: 'back again', overridden: false });
    });
  });
});

/** A PNG that states another size in its header. */
function withSize(png: Buffer, width: number, height: number): Buffer {
  const copy = Buffer.from(png);
  copy.writeUInt32BE(width, 16);
  copy.writeUInt32BE(height, 20);
  copy.writeUInt32BE(crc32(copy.subarray(12, 29)), 29);
  return copy;
}

describe('a version that serves', () => {
  afterEach(async () => {
    const content = await colourPhoto('red', 1);
    expect(await hub.send('classify', 'image', content, { model: 'colours' }), 'it goes on serving').toMatchObject({
      classify: { label: 'red', modelVersion: 1 },
    });
  });

  it.each<[string, () => Promise<Uint8Array>, string, RegExp]>([
    [
      'a text file',
      async () => text('a cat'),
      'IMAGE_REFUSED',
      /^Photo is not a JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP image\.$/,
    ],
    ['an empty file', async () => text(''), 'IMAGE_REFUSED', /^Photo is an empty file\.$/],
    [
      'an SVG',
      async () => text('<svg xmlns="http://www.w3.org/2000/svg"/>'),
      'IMAGE_REFUSED',
      /^Photo is an SVG drawing: export/,
    ],
    [
      'a HEIC photo',
      async () => text(`\0\0\0\x18ftypheic\0\0\0\0mif1heic`),
      'IMAGE_REFUSED',
      /HEIC format: export it as JPEG/,
    ],
    [
      'a JPEG that was cut off',
      async () => (await noise(1, 64, 64).jpeg().toBuffer()).subarray(0, 900),
      'IMAGE_REFUSED',
      /^Photo is truncated or damaged\.$/,
    ],
    [
      'a photo of too many bytes',
      async () => Buffer.alloc(50_000_001),
      'LIMIT_EXCEEDED',
      /^Photo is over 50 MB, the limit/,
    ],
    [
      'a photo of too many pixels',
      async () => withSize(await noise(1, 8, 8).png().toBuffer(), 15_001, 14_000),
      'IMAGE_REFUSED',
      /^Photo is 211 MP \(15001 x 14000\); the limit is 200 MP\.$/,
    ],
  ])('refuses to classify %s', async (_, content, code, message) => {
    const file = { as: 'image', content: await content() };
    expect(await refusal('classify', { model: 'colours' }, file)).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it.each([0, 1001, -5])('refuses to list the first %i classes', async (topK) => {
    const file = { as: 'image', content: await colourPhoto('red', 1) };
    expect(await refusal('classify', { model: 'colours', topK }, file)).toEqual({
      code: 'BAD_INPUT',
      message: `topK must be 1 to 1000; ${topK} was received.`,
      details: { problems: [`topK must be 1 to 1000; ${topK} was received.`] },
    });
  });
});

describe('an error inside the hub', () => {
  it('is masked: the answer has the request id, the log has that and the cause', async () => {
    const temporary = join(hub.data, 'tmp'); // where an upload is kept while it is read
    await rm(temporary, { recursive: true });
    await writeFile(temporary, '');
    const file = { as: 'upload', content: await zipOf(await images(['cat', 'dog'], 2)) };
    const { errors, requestId } = await hub
      .post(await requestText('register-upload'), { dataset: 'colours' }, file)
      .finally(() => rm(temporary).then(() => mkdir(temporary)));

    expect(errors).toMatchObject([
      { message: expect.stringContaining('under the request id'), extensions: { code: 'INTERNAL' } },
    ]);
    for (const leaked of ['EEXIST', 'ENOTDIR', 'open', hub.data, 'node:', '.archive']) {
      expect(JSON.stringify(errors)).not.toContain(leaked);
    }
    const logged = hub.log.filter(({ level, requestId: id }) => level === ERROR && id === requestId);
    expect(logged).toMatchObject([{ err: { message: expect.stringMatching(/EEXIST|ENOTDIR/) } }]);
  });
});
