import { createHash, randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { queueAnswers } from '../../src/domain/prediction/review-score.js';
import type { PrismaClient } from '../../src/storage/database.js';
import type { ClassificationAnswer } from '../support/answers.js';
import { colourPhoto } from '../support/colour-images.js';
import { runHub } from '../support/command.js';
import type { HubUser } from '../support/hub-user.js';
import { copyVersions } from '../support/model-copies.js';
import { refused } from '../support/refused.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

interface Kept {
  readonly id: string;
  readonly label: string;
  readonly inputHash: string;
  readonly margin: number | null;
  readonly outlierScore: number | null;
  readonly otherLabel: string | null;
  readonly thumbnail: string | null;
}

interface Queue {
  readonly left: number;
  readonly agreement: { readonly photos: number; readonly agreed: number };
  readonly reviews: readonly {
    readonly score: number | null;
    readonly reservedBy: string | null;
    readonly prediction: Kept;
  }[];
}

/** Properties of a kept answer that a test gives. */
interface Answer {
  readonly hash?: string;
  readonly label?: string;
  readonly margin?: number | null;
  readonly confidence?: number;
  readonly outlierScore?: number | null;
  readonly fingerprint?: string | null;
  readonly photo?: boolean;
  /** Number of the version, 1 or 2. */
  readonly version?: number;
}

/** Answers of models, by the name of the model, in the order in which they were kept. */
const ROWS: Readonly<Record<string, readonly Answer[]>> = {
  scored: [
    { margin: 0.9 },
    { margin: 0.2 },
    { margin: 0.9, outlierScore: 1.5 },
    { margin: 0.9, outlierScore: 1 },
    { margin: null, confidence: 0.7 },
    { margin: 0.1, photo: false },
    { margin: 0.8, hash: 'a'.repeat(64), label: 'red' },
    { margin: 0.1, hash: 'a'.repeat(64), label: 'red' },
    { margin: 0.3, hash: 'a'.repeat(64), label: 'blue' },
  ],
  alike: [
    { margin: 0.1, fingerprint: `${'0'.repeat(31)}0` },
    { margin: 0.2, fingerprint: `${'0'.repeat(31)}1` },
    { margin: 0.3, fingerprint: 'f'.repeat(32) },
    { margin: 0.4, fingerprint: null },
    { margin: 0.5, fingerprint: `${'f'.repeat(31)}e` },
  ],
  shared: Array.from({ length: 28 }, (_, i) => ({ margin: i / 28 })),
  few: [{ margin: 0.1 }, { margin: 0.2 }, { margin: 0.3 }],
  taken: [{ margin: 0.1 }, { margin: 0.2 }],
  renewed: [
    { margin: 0.1, hash: 'b'.repeat(64) },
    { margin: 0.2, hash: 'c'.repeat(64) },
    { margin: 0.9, hash: 'b'.repeat(64), version: 2 },
    { margin: 0.8, hash: 'c'.repeat(64), version: 2, label: 'blue' },
    { margin: 0.05, hash: 'c'.repeat(64) },
    { margin: 0.5, hash: 'd'.repeat(64), label: 'blue' },
    { margin: 0.5, hash: 'd'.repeat(64), label: 'red' },
    { margin: 0.6, hash: 'd'.repeat(64), label: 'blue', version: 2 },
  ],
  deleted: [
    { margin: 0.3, hash: 'e'.repeat(64) },
    { margin: 0.5, hash: 'f'.repeat(64) },
    { margin: 0.2, hash: 'f'.repeat(64) },
    { margin: 0.9, hash: 'e'.repeat(64), version: 2 },
    { margin: 0.9, hash: 'f'.repeat(64), version: 2 },
    { margin: 0.9, version: 2 },
  ],
};

let hub: HubWithColours;
let ann: HubUser;
let bob: HubUser;
/** Ids of the answers of `ROWS`. */
const ids = new Map<string, readonly string[]>();

beforeAll(async () => {
  hub = await TestHub.startWithColours({
    rows: async (client) => {
      for (const [model, answers] of Object.entries(ROWS)) ids.set(model, await keepAnswers(client, model, answers));
    },
  });
  await hub.ask('set-prediction-log', { model: 'colours', sample: 1, keepPhotos: true, reason: 'test' });
  const [first, second] = [await trainer('ann'), await trainer('bob')];
  [ann, bob] = [first, second];
});
afterAll(() => hub.remove());

const trainer = async (name: string): Promise<HubUser> =>
  hub.as((await hub.createToken({ name, role: 'TRAINER' })).secret);

/** Keeps answers of a new model, each as the log writes them. @returns their ids. */
async function keepAnswers(client: PrismaClient, model: string, answers: readonly Answer[]): Promise<string[]> {
  await copyVersions(client, model, [{}, {}]);
  const versions = await client.modelVersion.findMany({
    where: { model: { name: model } },
    orderBy: { number: 'asc' },
  });
  const kept: string[] = [];
  for (const answer of answers) {
    const { hash = randomBytes(32).toString('hex'), label = 'red', photo = true, version = 1, ...given } = answer;
    const { id: versionId, modelId } = versions[version - 1]!;
    const row = {
      ...{ id: uuid(), modelId, versionId, at: new Date(), inputHash: hash, label, milliseconds: 1, confidence: 0.9 },
      ...{ ...given, photoBlob: photo ? hash : null },
    };
    await client.loggedPrediction.createMany({ data: [row] });
    await queueAnswers(client, [row]);
    kept.push(row.id);
  }
  return kept;
}

const queueOf = async (model: string, on: HubUser = hub): Promise<Queue> =>
  (await on.ask<{ reviewQueue: Queue }>('review-queue', { model })).reviewQueue;
const nextOf = async (model: string, on: HubUser, more: object = {}): Promise<string[]> => {
  const text = `mutation Next($model: String!, $first: Int!, $except: [ID!]!, $secondOpinion: Boolean!) {
    nextReviews(model: $model, first: $first, except: $except, secondOpinion: $secondOpinion) {
      reviews { reservedBy prediction { id } } } }`;
  const variables = { model, first: 5, except: [], secondOpinion: false, ...more };
  const { nextReviews } = await on.client.request<{ nextReviews: Queue }>(text, variables);
  return nextReviews.reviews.map(({ prediction }) => prediction.id);
};
const judge = (on: HubUser, predictionId: string, said: object): Promise<unknown> =>
  on.ask('give-feedback', { predictionId, ...said });
const skip = (on: HubUser, predictionId: string): Promise<unknown> => on.ask('skip-review', { predictionId });
const takeBack = (on: HubUser, predictionId: string): Promise<unknown> =>
  on.ask('take-back-feedback', { predictionId });
const idsOf = ({ reviews }: Queue): string[] => reviews.map(({ prediction }) => prediction.id);

describe('the review queue', () => {
  it('has each kept photo once, by margin, outliers and labels of other answers', async () => {
    const [sure, doubtful, outlier, near, old, , twice] = ids.get('scored')!;
    const { reviews, left } = await queueOf('scored');
    const scores = reviews.map(({ score, prediction: { id, otherLabel } }) => [id, score!.toFixed(2), otherLabel]);
    expect(scores).toEqual([
      [doubtful, '0.80', null],
      [twice, '0.70', 'blue'], // 1 - 0.8 + 0.5
      [old, '0.60', null], // 1 - (2 * 0.7 - 1)
      [outlier, '0.35', null],
      [near, '0.10', null],
      [sure, '0.10', null],
    ]);
    expect(left).toBe(6);
  });

  it('holds what the log keeps: the margin and outlier score of the answer, and its photo', async () => {
    const photo = await colourPhoto('red', 90_001);
    const asked = { model: 'colours', topK: 3 };
    const { classify } = await hub.send<{ classify: ClassificationAnswer }>('classify', 'image', photo, asked);
    const [first, second] = classify.top;
    const review = (await queueOf('colours')).reviews.find(
      ({ prediction }) => prediction.id === classify.predictionId,
    )!;
    const margin = first!.probability - second!.probability;
    const inputHash = createHash('sha256').update(photo).digest('hex');
    expect(review.prediction).toMatchObject({
      inputHash,
      otherLabel: null,
      outlierScore: classify.outlierScore ?? null,
    });
    expect(review.prediction.margin).toBeCloseTo(margin, 6);
    const { nextReviews } = await ann.ask<{ nextReviews: Queue }>('next-reviews', { model: 'colours' });
    expect(nextReviews.reviews).toMatchObject([{ reservedBy: 'ann', score: review.score }]);
    expect(nextReviews.reviews[0]!.prediction.thumbnail).toMatch(/^data:image\/webp;base64,/);

    await hub.send('classify', 'image', photo, asked);
    expect((await queueOf('colours')).left, 'a photo that was sent again').toBe(1);
    await judge(ann, classify.predictionId!, { label: 'red' });
    await hub.send('classify', 'image', photo, asked);
    expect((await queueOf('colours')).left, 'a photo that was judged').toBe(0);
  });

  it('has a photo with the answer of the newest version, and what an older one answered to it', async () => {
    const [, , sameLabel, otherLabel, , , , known] = ids.get('renewed')!;
    const { reviews, left } = await queueOf('renewed');
    expect(left).toBe(3);
    expect(reviews.map(({ score, prediction }) => [prediction.id, score!.toFixed(2), prediction.otherLabel])).toEqual([
      [known, '0.90', 'red'], // 1 - 0.6 + 0.5: the older version had given both labels
      [otherLabel, '0.70', 'red'], // 1 - 0.8 + 0.5
      [sameLabel, '0.10', null],
    ]);
  });

  it('has photos with an answer of an older version once the newer one is deleted', async () => {
    const [first, , last, newer, ...more] = ids.get('deleted')!;
    expect(new Set(idsOf(await queueOf('deleted')))).toEqual(new Set([newer, ...more]));
    await hub.ask('delete-model-version', { model: 'deleted', version: 2 });
    const { reviews, left } = await queueOf('deleted');
    expect(left).toBe(2);
    expect(reviews.map(({ score, prediction: { id } }) => [id, score!.toFixed(2)])).toEqual([
      [last, '0.80'],
      [first, '0.70'],
    ]);
  });

  it('puts near duplicates behind the others', async () => {
    const [black, likeBlack, white, flat, likeWhite] = ids.get('alike')!;
    expect(idsOf(await queueOf('alike'))).toEqual([black, white, flat, likeBlack, likeWhite]);
    expect(await nextOf('alike', ann, { first: 1 })).toEqual([black]);
    await judge(ann, black!, { label: 'red' });
    expect(idsOf(await queueOf('alike')), 'also those of judged photos').toEqual([white, flat, likeBlack, likeWhite]);
  });

  it('gives no photo to two people, however many ask at once', async () => {
    const names = Array.from({ length: 6 }, (_, i) => `reviewer-${i}`);
    const reviewers = await Promise.all(names.map(trainer));
    const given = await Promise.all(reviewers.map((reviewer) => nextOf('shared', reviewer, { first: 5 })));
    expect(new Set(given.flat()).size, 'nobody has what another one has').toBe(given.flat().length);
    expect(given.flat()).toHaveLength(28);
    const { reviews } = await queueOf('shared');
    expect(reviews).toHaveLength(28);
    expect(new Set(reviews.map(({ reservedBy }) => reservedBy))).toEqual(new Set(names));
    const [most] = given.map((of, i) => ({ of, reviewer: reviewers[i]! })).filter(({ of }) => of.length === 5);
    expect(await nextOf('shared', most!.reviewer), 'the same again').toEqual(most!.of);
    expect(await nextOf('shared', most!.reviewer, { except: most!.of.slice(1) })).toEqual([most!.of[0]]);
  });

  it('brings back what was skipped after all others, and only to those who skipped it', async () => {
    const [first, second, third] = ids.get('few')!;
    expect(await nextOf('few', ann, { first: 2 })).toEqual([first, second]);
    await skip(ann, first!);
    expect(await nextOf('few', ann, { first: 2 })).toEqual([second, third]);
    expect(await nextOf('few', bob, { first: 2 })).toEqual([first]);
    await judge(bob, first!, { label: 'red' });
    await skip(ann, second!);
    await skip(ann, third!);
    expect(await nextOf('few', ann)).toEqual([second, third]);
    await skip(ann, second!);
    expect(idsOf(await queueOf('few', ann))).toEqual([third, second]);
  });

  it('takes judgments back, the own ones only', async () => {
    const [first, second] = ids.get('taken')!;
    expect(await nextOf('taken', ann)).toEqual([first, second]);
    expect(await refused(takeBack(ann, first!))).toMatchObject({ code: 'CONFLICT' });
    await judge(ann, first!, { showsNone: true });
    expect(await queueOf('taken')).toMatchObject({ left: 1, reviews: [{ prediction: { id: second } }] });
    expect(await refused(takeBack(bob, first!))).toMatchObject({ code: 'CONFLICT' });
    const nothing = { rightLabel: null, showsNone: false, rightBy: null };
    expect(await takeBack(ann, first!)).toMatchObject({ takeBackFeedback: nothing });
    expect(await nextOf('taken', bob), 'it is reserved again').toEqual([]);
    expect((await queueOf('taken')).reviews).toMatchObject([
      { reservedBy: 'ann', prediction: { id: first } },
      { reservedBy: 'ann', prediction: { id: second } },
    ]);

    await judge(ann, first!, { label: 'red' });
    await judge(ann, second!, { showsNone: true });
    expect(await nextOf('taken', ann, { secondOpinion: true }), 'not of what one judged').toEqual([]);
    expect(await nextOf('taken', bob, { secondOpinion: true })).toEqual([second, first]);
    await judge(bob, first!, { label: 'blue' });
    await judge(bob, second!, { showsNone: true });
    expect((await queueOf('taken')).agreement).toEqual({ photos: 2, agreed: 1 });
    const before = { rightLabel: 'red', showsNone: false, rightBy: 'ann' };
    expect(await takeBack(bob, first!), "ann's holds again").toMatchObject({ takeBackFeedback: before });
  });

  it.each([
    ['neither', {}],
    ['both', { label: 'red', showsNone: true }],
  ])('refuses feedback that is %s a class and none of them', async (_, said) => {
    expect(await refused(judge(ann, ids.get('scored')![0]!, said))).toEqual({
      code: 'BAD_INPUT',
      message: 'Feedback is a class or none of them: give either `label` or `showsNone: true`.',
    });
  });

  it('is for those who may see the photos', async () => {
    const { secret } = await hub.createToken({ name: 'viewer', role: 'VIEWER' });
    const viewer = hub.as(secret);
    const [id] = ids.get('scored')!;
    const asks = [() => queueOf('scored', viewer), () => nextOf('scored', viewer), () => skip(viewer, id!)];
    for (const ask of asks) {
      await expect(ask()).rejects.toMatchObject({ message: expect.stringContaining('TRAINER') });
    }
    const { secret: other } = await hub.createToken({ name: 'narrow', role: 'TRAINER', model: 'alike' });
    expect(await refused(skip(hub.as(other), id!))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refused(queueOf('nothing'))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is listed and judged in the terminal', async () => {
    const at = ['--url', hub.url, '--token', hub.token];
    const [, doubtful] = ids.get('scored')!;
    const listed = await runHub('predictions', 'review', 'scored', '--first', '1', ...at);
    expect(listed.stdout, listed.stderr).toMatch(new RegExp(`^ *0\\.800 .*red.* ${doubtful}$`, 'm'));
    expect(listed.stdout).toMatch(/^6 photos left/m);
    const none = await runHub('predictions', 'feedback', doubtful!, '--none', ...at);
    expect(none.stdout, none.stderr).toMatch(/shows none of the classes/);
    const back = await runHub('predictions', 'feedback', doubtful!, '--take-back', ...at);
    expect(back.stdout, back.stderr).toMatch(/taken back/);
    expect((await queueOf('scored')).left).toBe(6);
    const wrong = await runHub('predictions', 'feedback', doubtful!, 'red', '--none', ...at);
    expect(wrong.stderr).toMatch(/Give a label, --none or --take-back/);
  });
});
