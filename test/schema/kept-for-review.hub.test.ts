import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { zipOf } from '../datasets/archives.js';
import { blobFile } from '../support/blob-file.js';
import { COLOUR_NAMES, type Colour, colourPhoto } from '../support/colour-images.js';
import { runHub } from '../support/command.js';
import { PATIENTLY } from '../support/hub-user.js';
import { refused } from '../support/refused.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const model = 'colours';
/** Most photos that one job keeps. */
const MOST = 10_000;

interface Job {
  readonly id: string;
  readonly state: string;
  readonly kept: number;
}

interface Kept {
  readonly id: string;
  readonly inputHash: string;
  readonly label: string;
  readonly margin: number;
  readonly outlierScore: number | null;
  readonly jobId: string | null;
}

let hub: HubWithColours;
/** Makes the photos of every test others. */
let seed = 110_000;

beforeAll(async () => {
  hub = await TestHub.startWithColours();
});
afterAll(() => hub.remove());
beforeEach(() => keep());

const keep = (more: object = {}): Promise<unknown> =>
  hub.ask('set-prediction-log', { model, sample: 1, keepPhotos: true, reason: 'test', ...more });
const newPhoto = (colour: Colour): Promise<Buffer> => colourPhoto(colour, seed++);
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const hasFile = (photo: Buffer): boolean => existsSync(blobFile(hub.data, sha256(photo)));
const judge = (predictionId: string, label: string): Promise<unknown> =>
  hub.ask('give-feedback', { predictionId, label });

async function classify(photo: Buffer): Promise<string> {
  const { classify } = await hub.send<{ classify: { predictionId: string } }>('classify', 'image', photo, { model });
  return classify.predictionId;
}

/** A folder that the hub may read. */
async function folderWith(photos: readonly (Buffer | string)[]): Promise<string> {
  const folder = join(hub.allowed, `photos-${seed++}`);
  await mkdir(folder);
  for (const [i, photo] of photos.entries()) await writeFile(join(folder, `${String(i).padStart(5, '0')}.png`), photo);
  return folder;
}

async function start(input: object): Promise<string> {
  const { startPrediction } = await hub.ask<{ startPrediction: Job }>('start-prediction', {
    input: { model, keepForReview: true, ...input },
  });
  return startPrediction.id;
}

async function ended(id: string): Promise<Job> {
  const find = async (): Promise<Job> =>
    (await hub.ask<{ predictionJob: Job }>('prediction-job', { id })).predictionJob;
  await expect.poll(async () => (await find()).state, PATIENTLY).toMatch(/SUCCEEDED|FAILED|CANCELLED/);
  return find();
}

/** The answers that the log has to a photo, newest first. */
async function answersTo(photo: Buffer): Promise<Kept[]> {
  const text = `query Kept($filter: PredictionFilter!) { predictions(filter: $filter) {
    edges { node { id inputHash label margin outlierScore jobId } } } }`;
  const { predictions } = await hub.client.request<{ predictions: { edges: { node: Kept }[] } }>(text, {
    filter: { model, inputHash: sha256(photo) },
  });
  return predictions.edges.map(({ node }) => node);
}

interface Review {
  readonly score: number;
  readonly prediction: Kept;
}

/** The review queue, only with these photos. */
async function queueOf(photos: readonly Buffer[]): Promise<readonly Review[]> {
  const asked = { model, first: 100 };
  const { reviewQueue } = await hub.ask<{ reviewQueue: { reviews: Review[] } }>('review-queue', asked);
  const hashes = new Set(photos.map(sha256));
  return reviewQueue.reviews.filter(({ prediction }) => hashes.has(prediction.inputHash));
}

interface Traffic {
  readonly version: number;
  readonly predictions: number;
  readonly feedback: { readonly judged: number };
}

const traffic = async (): Promise<readonly Traffic[]> =>
  (await hub.ask<{ traffic: readonly Traffic[] }>('traffic', { model })).traffic;

describe('photos that a job keeps for review', () => {
  it('wait in the queue, those first that teach most, and become training images once judged', async () => {
    await classify(await newPhoto('red'));
    const before = await traffic();
    const since = new Date().toISOString();
    const photos = await Promise.all([...COLOUR_NAMES, ...COLOUR_NAMES].map(newPhoto));
    const job = await ended(await start({ path: await folderWith([...photos, 'no photo']) }));
    expect(job).toMatchObject({ state: 'SUCCEEDED', photos: 7, refused: 1, keepForReview: true, kept: 6 });

    const reviews = await queueOf(photos);
    expect(new Set(reviews.map(({ prediction }) => prediction.inputHash))).toEqual(new Set(photos.map(sha256)));
    for (const { score, prediction } of reviews) {
      expect(score).toBeCloseTo(1 - prediction.margin + ((prediction.outlierScore ?? 0) > 1 ? 0.25 : 0), 9);
    }
    const scores = reviews.map(({ score }) => score);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    for (const [i, photo] of photos.entries()) {
      const [answer] = await answersTo(photo);
      expect(answer).toMatchObject({ label: COLOUR_NAMES[i % 3], jobId: job.id });
      expect(hasFile(photo)).toBe(true);
    }

    const [first, second] = reviews.map(({ prediction }) => prediction) as [Kept, Kept];
    const { nextReviews } = await hub.ask<{ nextReviews: { reviews: { prediction: Kept & { thumbnail: string } }[] } }>(
      'next-reviews',
      { model },
    );
    expect(nextReviews.reviews[0]!.prediction.thumbnail).toMatch(/^data:image\/webp;base64,/);
    await judge(first.id, first.label);
    await judge(second.id, COLOUR_NAMES.find((label) => label !== second.label)!);
    expect(await queueOf(photos)).toHaveLength(4);
    const input = { model, to: hub.datasetVersionId, since };
    expect(await hub.ask('add-judged-photos', { input })).toMatchObject({
      addJudgedPhotos: { added: 2, notKept: 0, datasetVersion: { derivation: { judgedPhotos: 2 } } },
    });
    expect(await traffic(), 'neither the answers nor the judgments are traffic').toEqual(before);

    const again = await classify(photos[5]!);
    expect(await traffic(), 'the same photo, sent by a client').toMatchObject([
      { predictions: before[0]!.predictions + 1, feedback: { judged: before[0]!.feedback.judged } },
    ]);
    const [live, kept] = await answersTo(photos[5]!);
    expect([live, kept]).toMatchObject([{ id: again, jobId: null }, { jobId: job.id }]);
    expect(kept!.margin, 'as a client gets it').toBeCloseTo(live!.margin, 4);
  });

  it('are kept once each, whatever the log has and however often a photo comes', async () => {
    const [sent, twice, other] = await Promise.all((['red', 'green', 'blue'] as const).map(newPhoto));
    const live = await classify(sent!);
    const path = await folderWith([sent!, twice!, twice!, other!]);
    const first = await ended(await start({ path }));
    expect(first).toMatchObject({ state: 'SUCCEEDED', photos: 4, kept: 2 });
    expect(await answersTo(sent!)).toMatchObject([{ id: live, jobId: null }]);
    expect(await answersTo(twice!)).toHaveLength(1);
    const [judged] = await answersTo(other!);
    await judge(judged!.id, 'blue');
    expect(await ended(await start({ path }))).toMatchObject({ photos: 4, kept: 0 });
    expect(await queueOf([sent!, twice!, other!])).toHaveLength(2);
    expect(await queueOf([other!])).toEqual([]);
  });

  it('move the rule that waits for judged photos, and none that waits for traffic', async () => {
    const photo = await newPhoto('green');
    await ended(await start({ path: await folderWith([photo]) }));
    const outlookOf = async (trigger: string, threshold: number): Promise<object> => {
      const name = trigger.toLowerCase().replace('_', '-');
      const about = { model, name, mode: 'OFF', pipeline: 'transfer', startsPerWeek: 1, reason: 'test' };
      await hub.ask('save-retraining-rule', { input: { ...about, trigger, threshold } });
      const { retrainingRules } = await hub.ask<{ retrainingRules: { name: string; outlook: object }[] }>(
        'retraining-rules',
        { model },
      );
      return retrainingRules.find((rule) => rule.name === name)!.outlook;
    };
    const { measured: before } = (await outlookOf('JUDGED_PHOTOS', 1000)) as { measured: number };
    const accuracy = await outlookOf('ACCURACY', 0.9);
    const [answer] = await answersTo(photo);
    await judge(answer!.id, 'red');
    expect(await outlookOf('JUDGED_PHOTOS', 1000)).toMatchObject({ measured: before + 1 });
    expect(await outlookOf('ACCURACY', 0.9)).toEqual(accuracy);
  });

  it('stay with their mark when the job is deleted, and go with the person who asks for it', async () => {
    const [photo, other] = [await newPhoto('red'), await newPhoto('green')];
    const text = `mutation Start($model: String!, $upload: Upload!) {
      startPrediction(input: { model: $model, keepForReview: true, upload: $upload }) { id } }`;
    const file = { as: 'upload', content: await zipOf({ 'a.png': photo, 'b.png': other }) };
    const { id } = ((await hub.post(text, { model }, file)).data as { startPrediction: Job }).startPrediction;
    expect(await ended(id)).toMatchObject({ state: 'SUCCEEDED', kept: 2 });
    const before = await traffic();
    await hub.ask('delete-prediction', { id });
    expect(await answersTo(photo)).toMatchObject([{ jobId: id }]);
    expect(await traffic()).toEqual(before);
    await hub.ask('delete-photos', { photos: [sha256(photo)], reason: 'asked for' });
    expect([await answersTo(photo), hasFile(photo), hasFile(other)]).toEqual([[], false, true]);
    expect(await queueOf([photo, other])).toMatchObject([{ prediction: { inputHash: sha256(other) } }]);
  });

  it('leave the log after the days of its photos', async () => {
    const photo = await newPhoto('blue');
    await ended(await start({ path: await folderWith([photo]) }));
    const [{ id }] = (await answersTo(photo)) as [Kept];
    await keep({ keepDays: 30, keepPhotosDays: 5 });
    await hub.inDatabase((client) =>
      client.loggedPrediction.update({ where: { id }, data: { at: new Date(Date.now() - 6 * 24 * 3_600_000) } }),
    );
    await expect.poll(() => hasFile(photo), PATIENTLY).toBe(false); // upkeep begins once the hub has started
    expect([await answersTo(photo), await queueOf([photo])]).toMatchObject([[{ id }], []]);
  });

  it('need a model that keeps photos, no more of them than a job may keep, and no labels', async () => {
    const path = await folderWith([await newPhoto('red')]);
    await keep({ keepPhotos: false });
    expect(await refused(start({ path }))).toEqual({
      code: 'CONFLICT',
      message:
        'colours keeps no photos, which reviewers would see: an ADMIN turns that on with `setPredictionLog(keepPhotos: true)`, or `hub predictions log colours --sample 0 --photos`. A sample of 0 keeps no answers to clients.',
    });
    await keep({ sample: 0 });
    expect(await refused(start({ datasetVersionId: hub.datasetVersionId }))).toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringMatching(/^The images of a dataset version have labels already/),
    });
    expect(await ended(await start({ path })), 'a sample of 0 is one of answers to clients').toMatchObject({ kept: 1 });
    const many = await ended(await start({ path: await folderWith(Array.from({ length: MOST + 1 }, () => '')) }));
    expect(many).toMatchObject({
      ...{ state: 'FAILED', photos: 0, kept: 0 },
      error: {
        code: 'LIMIT_EXCEEDED',
        message: `The source has ${MOST + 1} photos; the most that one job keeps for review is ${MOST}. Split it, or start the job without \`keepForReview\`.`,
      },
    });
  });

  it('are kept from the terminal', async () => {
    const photo = await newPhoto('green');
    const at = ['--url', hub.url, '--token', hub.token];
    const out = join(hub.outside, 'answers.csv');
    const started = await runHub('predict', 'start', model, await folderWith([photo]), '--review', '--out', out, ...at);
    expect(started.stdout, started.stderr).toMatch(/kept for review +1$/m);
    expect(await queueOf([photo])).toHaveLength(1);
  });
});
