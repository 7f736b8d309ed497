import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { ClassificationAnswer } from '../support/answers.js';
import { COLOUR_NAMES, type Colour, colourPhoto } from '../support/colour-images.js';
import { ERROR, type HubUser, requestText } from '../support/hub-user.js';
import { copyVersions } from '../support/model-copies.js';
import { HOPELESS } from '../support/recipes.js';
import { promoteAs } from '../support/served-colours.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

let hub: HubWithColours;
let photos: Record<Colour, Buffer>;

beforeAll(async () => {
  const made = COLOUR_NAMES.map(async (colour) => [colour, await colourPhoto(colour, 99, 64, 48)] as const);
  photos = Object.fromEntries(await Promise.all(made)) as Record<Colour, Buffer>;
  hub = await TestHub.startWithColours({
    rows: async (client) => {
      for (const model of ['by-number', 'moving']) await copyVersions(client, model);
    },
  });
});
afterAll(() => hub.remove());

async function classify(photo: Uint8Array, variables = {}, user: HubUser = hub): Promise<ClassificationAnswer> {
  const given = { model: 'colours', ...variables };
  return (await user.send<{ classify: ClassificationAnswer }>('classify', 'image', photo, given)).classify;
}

async function promote(model: string, version: number): Promise<void> {
  await hub.ask('promote', { now: true, model, version, reason: 'test', overrideGate: true });
}

describe('classifyMany', () => {
  /** Sends several photos in one request. */
  async function many(contents: readonly Uint8Array[]): Promise<unknown> {
    const form = new FormData();
    const variables = { model: 'colours', topK: 1, images: contents.map(() => null) };
    form.append('operations', JSON.stringify({ query: await requestText('classify-many'), variables }));
    form.append('map', JSON.stringify(Object.fromEntries(contents.map((_, i) => [i, [`variables.images.${i}`]]))));
    for (const [i, content] of contents.entries()) form.append(String(i), new Blob([new Uint8Array(content)]), 'photo');
    const headers = { authorization: `Bearer ${hub.token}`, 'apollo-require-preflight': 'true' };
    const response = await hub.fetch('/graphql', { method: 'POST', body: form, headers });
    const { data } = (await response.json()) as { data: { classifyMany: unknown } };
    return data.classifyMany;
  }

  it('answers about each photo in order, and says why one has no answer', async () => {
    const contents = [photos.red, Buffer.from('no photo'), photos.blue, photos.green];
    expect(await many(contents)).toEqual([
      { classification: expect.objectContaining({ label: 'red', modelVersion: 1 }), error: null },
      {
        classification: null,
        error: {
          code: 'IMAGE_REFUSED',
          message: 'Photo is not a JPEG, PNG, WebP, GIF, TIFF, AVIF or BMP image.',
          retryAfter: null,
        },
      },
      { classification: expect.objectContaining({ label: 'blue' }), error: null },
      { classification: expect.objectContaining({ label: 'green' }), error: null },
    ]);
  });

  it('of no photos answers nothing', async () => {
    expect(await many([])).toEqual([]);
  });
});

describe('classify', () => {
  it('asks a version that is not promoted, by its number', async () => {
    const model = 'by-number';
    await promote(model, 1);
    expect(await classify(photos.red, { model, version: 2 })).toMatchObject({ modelVersion: 2 });
    expect(await classify(photos.red, { model })).toMatchObject({ modelVersion: 1, label: 'red' });
  });

  it('says where the time went', async () => {
    const { milliseconds, timing } = await classify(photos.red);
    const { queueMilliseconds, decodeMilliseconds, predictMilliseconds, batchSize } = timing;
    expect(queueMilliseconds + decodeMilliseconds + predictMilliseconds).toBeCloseTo(milliseconds, 3);
    expect(batchSize).toBe(1);
  });

  it.each([
    [{ version: 9 }, 'NOT_FOUND', 'There is no version 9 of a model named colours.'],
    [{ version: 0 }, 'BAD_INPUT', 'version must be 1 or more; 0 was received.'],
    [{ model: 'none', version: 1 }, 'NOT_FOUND', 'There is no version 1 of a model named none.'],
  ])('refuses %j', async (variables, code, message) => {
    await expect(classify(photos.red, variables)).rejects.toMatchObject({ code, message });
  });
});

describe('while 64 photos are in flight', () => {
  it('the API answers other requests, and every photo gets its answer', async () => {
    let inFlight = true;
    const flight = Promise.all(Array.from({ length: 64 }, (_, i) => classify(photos[COLOUR_NAMES[i % 3]!]))).finally(
      () => {
        inFlight = false;
      },
    );
    let meanwhile = 0;
    while (inFlight) {
      await hub.ask('deployments');
      if (inFlight) meanwhile += 1;
    }
    const answers = await flight;
    expect(answers.map(({ label }) => label)).toEqual(answers.map((_, i) => COLOUR_NAMES[i % 3]));
    expect(meanwhile).toBeGreaterThan(0);
  });
});

describe('promotions and rollbacks under load', () => {
  it('fail no request, and each is answered by the version that served when it was asked', async () => {
    const model = 'moving';
    await promote(model, 1);
    const logged = hub.log.length;
    let over = false;
    const versions: number[] = [];
    const load = Array.from({ length: 2 }, async () => {
      while (!over) versions.push((await classify(photos.red, { model })).modelVersion);
    });
    for (let i = 0; i < 8; i++) await promote(model, i % 2 ? 1 : 2);
    over = true;
    await Promise.all(load);
    expect(new Set(versions)).toEqual(new Set([1, 2]));
    expect((await classify(photos.red, { model })).modelVersion).toBe(1);
    expect(hub.log.slice(logged).filter(({ level }) => level >= ERROR)).toEqual([]);
  });
});

describe('a hub that has no room', () => {
  async function hubWith(settings: object): Promise<TestHub> {
    const busy = await TestHub.startWithColours({ settings });
    onTestFinished(() => busy.remove());
    return busy;
  }

  it('answers what it accepts, and refuses the rest with 429 and when to ask again', async () => {
    const busy = await hubWith({ servingQueue: 2 });
    const [text, content] = [await requestText('classify'), photos.red];
    const asked = Array.from({ length: 12 }, () => busy.post(text, { model: 'colours' }, { as: 'image', content }));
    const answers = await Promise.all(asked);
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200).length + refused.length).toBe(12);
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(2);
    expect(refused.length).toBeGreaterThan(0);
    for (const { retryAfter, errors } of refused) {
      expect(retryAfter).toBe('1');
      expect(errors).toMatchObject([
        { extensions: { code: 'OVERLOADED', limit: 'servingQueue', value: 2, received: 2, retryAfter: 1 } },
      ]);
    }
    expect(await classify(photos.red, {}, busy), 'it goes on').toMatchObject({ label: 'red' });
  });

  it('answers 504 to who waited too long, and logs which setting to change', async () => {
    const busy = await hubWith({ servingDeadline: 1 });
    const file = { as: 'image', content: photos.red };
    const { status, errors } = await busy.post(await requestText('classify'), { model: 'colours' }, file);
    expect(status).toBe(504);
    expect(errors).toMatchObject([{ extensions: { code: 'DEADLINE_EXCEEDED', limit: 'servingDeadline', value: 1 } }]);
    expect(busy.log.at(-1)).toMatchObject({ msg: expect.stringContaining('--serving-deadline'), model: 'colours' });
  });
});

describe('a version that does not answer as it did', () => {
  /** Models, and how the recorded answers of their versions 1 and 2 are changed while the hub is stopped. */
  const CHANGES: Readonly<Record<string, (blobs: readonly string[]) => readonly (string | null | undefined)[]>> = {
    refused: ([first]) => [first, first],
    changed: ([, second]) => [second, second],
    unrecorded: () => [null, null],
  };

  // Version 1 tells the colours apart and is production; version 2 has learned nothing.
  beforeAll(async () => {
    const poor = await hub.train({ datasetVersionId: hub.datasetVersionId, recipe: HOPELESS });
    for (const model of Object.keys(CHANGES)) {
      await promoteAs(hub, hub.runId, model);
      await hub.registerModel(poor.id, model);
    }
    await hub.inDatabase(async (client) => {
      for (const [name, change] of Object.entries(CHANGES)) {
        const rows = await client.modelVersion.findMany({ where: { model: { name } }, orderBy: { number: 'asc' } });
        for (const [i, expectedBlob] of change(rows.map((row) => row.expectedBlob as string)).entries()) {
          await client.modelVersion.update({
            where: { id: rows[i]!.id },
            data: { expectedBlob: expectedBlob ?? null },
          });
        }
      }
    });
  });

  /** The versions of a model that serve. */
  async function serving(model: string): Promise<unknown[]> {
    const { deployments } = await hub.ask<{ deployments: { model: string }[] }>('deployments');
    return deployments.filter((deployment) => deployment.model === model);
  }

  it('is refused, and production stays', async () => {
    const model = 'refused';
    await expect(promote(model, 2)).rejects.toMatchObject({
      code: 'SELF_CHECK_FAILED',
      message: expect.stringMatching(/^Version 2 of refused does not answer as it did .* of photo 1 of 4 /),
    });
    expect(await serving(model)).toMatchObject([{ number: 1, selfCheck: 'PASSED' }]);
    expect(await classify(photos.red, { model })).toMatchObject({ modelVersion: 1 });
  });

  it('does not serve when the hub starts: the log has it, and who asks learns why', async () => {
    const model = 'changed';
    expect(await serving(model)).toEqual([]);
    await expect(classify(photos.red, { model })).rejects.toMatchObject({
      code: 'NOT_DEPLOYED',
      message: expect.stringMatching(/^Nothing serves changed@production: what it points to cannot serve: Version 1 /),
    });
    expect(hub.log).toContainEqual(expect.objectContaining({ level: ERROR, msg: 'version cannot be served', model }));
    await promote(model, 2);
    expect(await classify(photos.red, { model })).toMatchObject({ modelVersion: 2 });
  });

  it('of before answers were recorded serves, and says that it could not be checked', async () => {
    expect(await serving('unrecorded')).toMatchObject([{ number: 1, selfCheck: 'NOT_POSSIBLE' }]);
  });
});
