import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClassificationAnswer, RunAnswer } from '../support/answers.js';
import { COLOUR_NAMES, type Colour, colourPhoto } from '../support/colour-images.js';
import { ERROR, requestText } from '../support/hub-user.js';
import { HOPELESS } from '../support/recipes.js';
import { serveColours } from '../support/served-colours.js';
import { TestHub } from '../support/test-hub.js';

let hub: TestHub;
let good: RunAnswer;
let photos: Record<Colour, Buffer>;

// Version 1 tells the colours apart and is production; version 2 has learned nothing.
beforeAll(async () => {
  hub = await TestHub.start();
  const made = COLOUR_NAMES.map(async (colour) => [colour, await colourPhoto(colour, 99, 64, 48)] as const);
  photos = Object.fromEntries(await Promise.all(made)) as Record<Colour, Buffer>;
  ({ run: good } = await serveColours(hub));
  const { datasetVersion } = (await hub.ask<{ run: { datasetVersion: { id: string } } }>('run', { id: good.id })).run;
  const worse = await hub.train({ datasetVersionId: datasetVersion.id, recipe: HOPELESS });
  await hub.registerModel(worse.id, 'colours');
});
afterAll(() => hub.remove());

async function classify(photo: Uint8Array, variables = {}): Promise<ClassificationAnswer> {
  const given = { model: 'colours', ...variables };
  return (await hub.send<{ classify: ClassificationAnswer }>('classify', 'image', photo, given)).classify;
}

async function promote(version: number): Promise<void> {
  await hub.ask('promote', { model: 'colours', version, reason: 'test', overrideGate: true });
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
          message: 'The photo cannot be used: not a JPEG, PNG, WebP, GIF, TIFF or AVIF image.',
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
    expect(await classify(photos.red, { version: 2 })).toMatchObject({ modelVersion: 2 });
    expect(await classify(photos.red)).toMatchObject({ modelVersion: 1, label: 'red' });
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
    let over = false;
    const versions: number[] = [];
    const load = Array.from({ length: 2 }, async () => {
      while (!over) versions.push((await classify(photos.red)).modelVersion);
    });
    for (let i = 0; i < 8; i++) await promote(i % 2 ? 1 : 2);
    over = true;
    await Promise.all(load);
    expect(new Set(versions)).toEqual(new Set([1, 2]));
    expect((await classify(photos.red)).modelVersion).toBe(1);
    expect(hub.log.filter(({ level }) => level >= ERROR)).toEqual([]);
  });
});

describe('a hub that has no room', () => {
  it('answers what it accepts, and refuses the rest with 429 and when to ask again', async () => {
    await hub.stop();
    await hub.start({ servingQueue: 2 });
    const [text, content] = [await requestText('classify'), photos.red];
    const asked = Array.from({ length: 12 }, () => hub.post(text, { model: 'colours' }, { as: 'image', content }));
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
    expect(await classify(photos.red), 'it goes on').toMatchObject({ label: 'red' });
  });

  it('answers 504 to who waited too long, and logs which setting to change', async () => {
    await hub.stop();
    await hub.start({ servingDeadline: 1 });
    const file = { as: 'image', content: photos.red };
    const { status, errors } = await hub.post(await requestText('classify'), { model: 'colours' }, file);
    expect(status).toBe(504);
    expect(errors).toMatchObject([{ extensions: { code: 'DEADLINE_EXCEEDED', limit: 'servingDeadline', value: 1 } }]);
    expect(hub.log.at(-1)).toMatchObject({ msg: expect.stringContaining('--serving-deadline'), model: 'colours' });
  });
});

describe('a version that does not answer as it did', () => {
  /** Changes what the database says of the versions' recorded answers, while the hub is stopped. */
  async function withRecorded(change: (blobs: readonly string[]) => readonly (string | null)[]): Promise<void> {
    await hub.inDatabase(async (client) => {
      const rows = await client.modelVersion.findMany({ orderBy: { number: 'asc' } });
      const changed = change(rows.map(({ expectedBlob }) => expectedBlob as string));
      for (const [i, { id }] of rows.entries()) {
        await client.modelVersion.update({ where: { id }, data: { expectedBlob: changed[i] as string | null } });
      }
    });
  }

  let recorded: readonly string[];

  it('is refused, and production stays', async () => {
    await withRecorded((blobs) => {
      recorded = blobs;
      return [blobs[0]!, blobs[0]!];
    });
    await expect(promote(2)).rejects.toMatchObject({
      code: 'SELF_CHECK_FAILED',
      message: expect.stringMatching(/^Version 2 of colours does not answer as it did .* of photo 1 of 4 /),
    });
    expect(await hub.ask('deployments')).toMatchObject({ deployments: [{ number: 1, selfCheck: 'PASSED' }] });
    expect(await classify(photos.red)).toMatchObject({ modelVersion: 1 });
  });

  it('does not serve when the hub starts: the log has it, and who asks learns why', async () => {
    await withRecorded(() => [recorded[1]!, recorded[1]!]);
    expect(await hub.ask('deployments')).toEqual({ deployments: [] });
    await expect(classify(photos.red)).rejects.toMatchObject({
      code: 'NOT_DEPLOYED',
      message: expect.stringMatching(/^Nothing serves colours@production: what it points to cannot serve: Version 1 /),
    });
    expect(hub.log.at(-1)).toMatchObject({ level: ERROR, msg: 'version cannot be served', model: 'colours' });
    await promote(2);
    expect(await classify(photos.red)).toMatchObject({ modelVersion: 2 });
  });

  it('of before answers were recorded serves, and says that it could not be checked', async () => {
    await withRecorded(() => [null, null]);
    expect(await hub.ask('deployments')).toMatchObject({ deployments: [{ number: 2, selfCheck: 'NOT_POSSIBLE' }] });
  });
});
