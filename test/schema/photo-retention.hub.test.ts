import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { blobFile } from '../support/blob-file.js';
import { type Colour, colourPhoto } from '../support/colour-images.js';
import { runHub } from '../support/command.js';
import { copyVersions } from '../support/model-copies.js';
import { refused } from '../support/refused.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const DAY = 24 * 3_600_000;
const [model, other] = ['colours', 'copies'];

interface Kept {
  readonly id: string;
  readonly inputHash: string;
  readonly rightLabel: string | null;
  readonly thumbnail: string | null;
}

let hub: HubWithColours;
/** Makes the photos of every test others. */
let seed = 80_000;

beforeAll(async () => {
  hub = await TestHub.startWithColours({ rows: (client) => copyVersions(client, other, [{}]) });
});
afterAll(() => hub.remove());

const keep = (more: object = {}): Promise<unknown> =>
  hub.ask('set-prediction-log', { model, sample: 1, keepPhotos: true, reason: 'test', ...more });
const newPhoto = (colour: Colour): Promise<Buffer> => colourPhoto(colour, seed++);
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const hasFile = (photo: Buffer): boolean => existsSync(blobFile(hub.data, sha256(photo)));

/** @returns the id of the answer. */
async function classify(photo: Buffer, of = model): Promise<string> {
  const asked = { model: of, ...(of === other ? { version: 1 } : {}) };
  const { classify } = await hub.send<{ classify: { predictionId: string } }>('classify', 'image', photo, asked);
  return classify.predictionId;
}

/** Kept answers of a model, by id. */
async function kept(of = model): Promise<ReadonlyMap<string, Kept>> {
  const text = `query Kept($model: String!) { predictions(filter: { model: $model }) {
    edges { node { id inputHash rightLabel thumbnail(side: 32) } } } }`;
  const { predictions } = await hub.client.request<{ predictions: { edges: { node: Kept }[] } }>(text, { model: of });
  return new Map(predictions.edges.map(({ node }) => [node.id, node]));
}

/** Starts the hub again after so many days have passed for an answer: a hub that starts does its upkeep. */
async function age(days: ReadonlyMap<string, number>): Promise<void> {
  await kept(); // writes what waits
  await hub.inDatabase(async (client) => {
    for (const [id, past] of days) {
      await client.loggedPrediction.update({ where: { id }, data: { at: new Date(Date.now() - past * DAY) } });
    }
  });
}

const upkept = (is: () => boolean | Promise<boolean>): Promise<unknown> => vi.waitUntil(is, { timeout: 60_000 });

describe('kept photos', () => {
  it('go before their answers where the model says so, and stay while a younger answer has them', async () => {
    await keep({ keepDays: 30, keepPhotosDays: 5 });
    await keep({ model: other, keepDays: 30 });
    const photos = await Promise.all((['red', 'green', 'blue', 'red'] as const).map(newPhoto));
    const [old, again, young, oldest] = photos as [Buffer, Buffer, Buffer, Buffer];
    const ids = {
      ...{ old: await classify(old), again: await classify(again), young: await classify(young) },
      ...{ oldest: await classify(oldest), elsewhere: await classify(again, other) },
    };
    await hub.ask('next-reviews', { model, first: 2 });
    await hub.ask('skip-review', { predictionId: ids.again });
    await hub.ask('give-feedback', { predictionId: ids.old, label: 'red' });
    expect(photos.every(hasFile)).toBe(true);
    await age(
      new Map([
        ...([
          [ids.old, 6],
          [ids.again, 6],
          [ids.young, 4],
          [ids.oldest, 31],
        ] as const),
      ]),
    );
    await upkept(() => !hasFile(old) && !hasFile(oldest));
    const [left, leftElsewhere] = [await kept(), await kept(other)];
    expect([...left.keys()].toSorted()).toEqual([ids.old, ids.again, ids.young].toSorted());
    expect(left.get(ids.old)).toMatchObject({ thumbnail: null, rightLabel: 'red', inputHash: sha256(old) });
    expect(left.get(ids.again)).toMatchObject({ thumbnail: null });
    expect(left.get(ids.young)!.thumbnail).toMatch(/^data:image/);
    expect(leftElsewhere.get(ids.elsewhere)!.thumbnail, 'of another model, which keeps it').toMatch(/^data:image/);
    expect(photos.map(hasFile)).toEqual([false, true, true, false]);
    const { reviewQueue } = await hub.ask<{ reviewQueue: { reviews: { prediction: Kept }[] } }>('review-queue', {
      model,
    });
    expect(reviewQueue.reviews.map(({ prediction }) => prediction.id)).toEqual([ids.young]);
  });

  it('stay where a dataset version consists of them', async () => {
    await keep({ keepDays: 30, keepPhotosDays: 5 });
    const photo = await newPhoto('green');
    const id = await classify(photo);
    await hub.ask('give-feedback', { predictionId: id, label: 'green' });
    const input = { model, to: hub.datasetVersionId, since: new Date(Date.now() - 60_000).toISOString() };
    const { addJudgedPhotos } = await hub.ask<{ addJudgedPhotos: { datasetVersion: { id: string } } }>(
      'add-judged-photos',
      { input },
    );
    const versionId = addJudgedPhotos.datasetVersion.id;
    await age(new Map([[id, 31]]));
    await upkept(async () => !(await kept()).has(id));
    expect(hasFile(photo), 'the only image of a shard').toBe(true);
    const request = `query Photo($id: ID!) { datasetVersion(id: $id) {
      images(first: 200) { edges { node { sha256 thumbnail(side: 32) } } } } }`;
    const { datasetVersion } = await hub.client.request<{
      datasetVersion: { images: { edges: { node: { sha256: string; thumbnail: string } }[] } };
    }>(request, { id: versionId });
    const added = datasetVersion.images.edges.find(({ node }) => node.sha256 === sha256(photo));
    expect(added!.node.thumbnail).toMatch(/^data:image/);

    const again = await classify(photo); // and the other way around
    await kept();
    await hub.ask('delete-dataset-version', { id: versionId });
    expect((await kept()).get(again)!.thumbnail).toMatch(/^data:image/);
  });

  it('are seen by those who may ask for kept answers, and not by those who give feedback only', async () => {
    await keep();
    const predictionId = await classify(await newPhoto('red'));
    const give = async (role: string): Promise<unknown> => {
      const { secret } = await hub.createToken({ name: `a-${role.toLowerCase()}`, role });
      const text = `mutation Give($id: ID!) { giveFeedback(predictionId: $id, label: "red") { thumbnail(side: 32) } }`;
      const { data, errors } = await hub.as(secret).post(text, { id: predictionId });
      return { data, code: errors?.[0]?.extensions.code };
    };
    expect(await give('VIEWER')).toEqual({ data: { giveFeedback: { thumbnail: null } }, code: 'FORBIDDEN' });
    const thumbnail = expect.stringMatching(/^data:image/) as string;
    expect(await give('TRAINER')).toEqual({ data: { giveFeedback: { thumbnail } }, code: undefined });
  });

  it('cannot outlast their answers', async () => {
    expect(await refused(keep({ keepDays: 10, keepPhotosDays: 11 }))).toEqual({
      code: 'BAD_INPUT',
      message:
        'Photos cannot be kept for 11 days, longer than their answers (10): lower `keepPhotosDays` or raise `keepDays`.',
    });
    for (const keepPhotosDays of [0, 3651]) {
      expect(await refused(keep({ keepDays: 3650, keepPhotosDays }))).toEqual({
        code: 'BAD_INPUT',
        message: `keepPhotosDays must be 1 to 3650; ${keepPhotosDays} was received.`,
      });
    }
  });

  it('have days in the settings of a model only where they are set, which the release before does not know', async () => {
    const stored: object[] = [];
    for (const days of [{}, { keepPhotosDays: 5 }]) {
      await keep({ keepDays: 30, ...days });
      await hub.inDatabase(async (client) => {
        stored.push((await client.model.findUniqueOrThrow({ where: { name: model } })).logging as object);
      });
    }
    const setting = { sample: 1, days: 30, photos: true };
    expect(stored).toEqual([setting, { ...setting, photoDays: 5 }]);
  });

  it('have their days set in the terminal, which the audit keeps', async () => {
    const at = ['--url', hub.url, '--token', hub.token];
    const set = ['--sample', '1', '--days', '20', '--photos', '--photo-days', '7', '--reason', 'less'];
    const { stdout, stderr } = await runHub('predictions', 'log', model, ...set, ...at);
    expect(stdout, stderr).toMatch(/kept for 20 days, photos for 7$/m);
    const { auditEvents } = await hub.ask<{ auditEvents: { events: { to: string }[] } }>('audit-events', {
      filter: { model, actions: ['PREDICTION_LOG_CHANGED'] },
    });
    const to = JSON.parse(auditEvents.events[0]!.to) as object;
    expect(to).toEqual({ sample: 1, days: 20, photos: true, photoDays: 7 });
  });
});
