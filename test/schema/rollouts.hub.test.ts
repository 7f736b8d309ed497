import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { PredictionLog } from '../../src/domain/prediction/prediction-log.js';
import type { Unlogged } from '../../src/serving/answer-log.js';
import { dataPaths } from '../../src/storage/data-folder.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import type { ClassificationAnswer } from '../support/answers.js';
import { blobFile } from '../support/blob-file.js';
import { COLOUR_NAMES, colourPhoto } from '../support/colour-images.js';
import { runHub } from '../support/command.js';
import type { HubUser } from '../support/hub-user.js';
import { copyVersions } from '../support/model-copies.js';
import { HOPELESS } from '../support/recipes.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

interface Arm {
  readonly version: number;
  readonly answers: number;
  readonly errors: number;
  readonly p50Milliseconds: number | null;
}

interface RolloutAnswer {
  readonly id: string;
  readonly state: string;
  readonly candidate: Arm;
  readonly present: Arm;
  readonly compared: number;
  readonly agreed: number;
  readonly dropped: number;
  readonly endedBy: string | null;
  readonly outcome: string | null;
  readonly evidence: EvidenceAnswer;
}

interface EvidenceAnswer {
  readonly verdict: string;
  readonly text: string;
  readonly both: { readonly judged: number };
  readonly candidateOnly: { readonly judged: number; readonly right: number };
  readonly presentOnly: { readonly judged: number; readonly right: number };
}

interface ReviewQueueAnswer {
  readonly left: number;
  readonly reviews: readonly {
    readonly score: number | null;
    readonly drift: string | null;
    readonly prediction: {
      readonly id: string;
      readonly otherLabel: string | null;
      readonly rolloutLabel: string | null;
      readonly margin: number;
    };
  }[];
}

const KEYS = Array.from({ length: 20 }, (_, i) => `user-${i}`);
const models = Array.from({ length: 24 }, (_, i) => `model-${i + 1}`);
let hub: HubWithColours;
let photos: Buffer[];

beforeAll(async () => {
  photos = await somePhotos(90);
  const entry = { actor: 'first', action: 'TRIAL_STARTED', subject: 'old@production', model: 'old', details: '{}' };
  hub = await TestHub.startWithColours({
    rows: async (client) => {
      for (const model of models) await copyVersions(client, model);
      await client.auditEvent.create({ data: entry });
    },
  });
});
afterAll(() => hub.remove());

/** Some photos of each color, in turn; 2 unless said otherwise. */
const somePhotos = (from: number, ofEach = 2): Promise<Buffer[]> =>
  Promise.all(
    Array.from({ length: ofEach }, (_, i) => i).flatMap((i) =>
      COLOUR_NAMES.map((colour) => colourPhoto(colour, from + i)),
    ),
  );

/** A model that no other test uses, with version 1 in production; for the gate, version 2 is worse. */
async function newModel(on: HubUser = hub): Promise<string> {
  const model = models.pop()!;
  await on.ask('promote', { model, version: 1, reason: 'test' });
  return model;
}

const start = (model: string, more: object = {}, on: HubUser = hub): Promise<unknown> =>
  on.ask('start-rollout', { input: { model, version: 2, mode: 'SHADOW', share: 1, reason: 'try', ...more } });
const startCanary = (model: string, on: HubUser = hub): Promise<unknown> =>
  start(model, { mode: 'CANARY', share: 0.5, overrideGate: true }, on);
const end = (model: string, outcome: 'PROMOTE' | 'ABORT', more = {}): Promise<unknown> =>
  hub.ask('end-rollout', { model, outcome, reason: 'seen enough', ...more });

const rollouts = async (model: string, on: HubUser = hub): Promise<RolloutAnswer[]> =>
  (await on.ask<{ rollouts: RolloutAnswer[] }>('rollouts', { model })).rollouts;
const newest = async (model: string, on: HubUser = hub): Promise<RolloutAnswer> => (await rollouts(model, on))[0]!;

async function classify(
  model: string,
  photo: Buffer,
  variables = {},
  on: HubUser = hub,
): Promise<ClassificationAnswer> {
  const given = { model, ...variables };
  return (await on.send<{ classify: ClassificationAnswer }>('classify', 'image', photo, given)).classify;
}

let hopeless: Promise<{ readonly id: string }> | undefined;

/** A model with version 1 in production, and with a worse version 2 that other aliases' traffic reaches. */
async function newModelWithWorse(model: string): Promise<void> {
  hopeless ??= hub.train({ datasetVersionId: hub.datasetVersionId, recipe: HOPELESS });
  for (const run of [hub.runId, (await hopeless).id]) await hub.registerModel(run, model);
  await hub.ask('promote', { model, version: 2, alias: 'candidate', reason: 'test', now: true });
  await hub.ask('promote', { model, version: 1, reason: 'test', now: true });
}

/** The newest one, when it has compared so many photos. */
async function comparing(model: string, photos: number): Promise<RolloutAnswer> {
  const all = async (): Promise<RolloutAnswer | false> => {
    const now = await newest(model);
    return now.compared === photos && now;
  };
  return vi.waitUntil(all, { timeout: 60_000 });
}

/** The newest one, when it is over. */
async function over(model: string, on: HubUser = hub): Promise<RolloutAnswer> {
  const ended = async (): Promise<RolloutAnswer | false> => {
    const now = await newest(model, on);
    return now.state !== 'RUNNING' && now;
  };
  return vi.waitUntil(ended, { timeout: 60_000 });
}

/** The version that answers each key. */
async function versionsByKey(model: string, on: HubUser = hub): Promise<number[]> {
  const versions: number[] = [];
  for (const key of KEYS) versions.push((await classify(model, photos[0]!, { key }, on)).modelVersion);
  return versions;
}

/** What the audit has of a model's rollouts and aliases, newest first. */
async function audited(model: string, on: HubUser = hub): Promise<object[]> {
  const filter = { model, actions: ['ROLLOUT_STARTED', 'ROLLOUT_ENDED', 'ALIAS_MOVED', 'ALIAS_ROLLED_BACK'] };
  return (await on.ask<{ auditEvents: { events: object[] } }>('audit-events', { filter })).auditEvents.events;
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

describe('a rollout', () => {
  describe('that is refused', () => {
    let model: string;
    beforeAll(async () => {
      model = await newModel();
    });

    it.each([
      ['for an alias that points to nothing', { alias: 'other' }, 'CONFLICT', 'points to no version'],
      ['of the version that serves', { version: 1 }, 'CONFLICT', 'points to this version already'],
      ['of a version that is not there', { version: 9 }, 'NOT_FOUND', 'no version 9'],
      ['of no photos', { share: 0 }, 'BAD_INPUT', 'share must be 0.001 to 1; 0 was received.'],
      [
        'of most photos as a canary',
        { mode: 'CANARY', share: 0.6 },
        'LIMIT_EXCEEDED',
        'a canary may answer at most 0.5 of the photos',
      ],
      [
        'as a canary that the gate refuses',
        { mode: 'CANARY', share: 0.5 },
        'GATE_REFUSED',
        'not worse than production',
      ],
      ['without a reason', { reason: ' ' }, 'BAD_INPUT', 'reason must say why'],
    ])('%s is not begun', async (_, input, code, message) => {
      await expect(start(model, input)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
      expect(await rollouts(model)).toEqual([]);
    });
  });

  it('in the shadow is never shown, and counts the photos to which both give the same label', async () => {
    const model = 'shadowed';
    const photos = await somePhotos(190);
    await newModelWithWorse(model);
    const others = await Promise.all(photos.map((photo) => classify(model, photo, { version: 2 })));
    await hub.ask('set-prediction-log', { model, sample: 1, keepPhotos: true, reason: 'test' });
    expect(await start(model)).toMatchObject({ startRollout: { state: 'RUNNING', candidate: { version: 2 } } });
    const shown: ClassificationAnswer[] = [];
    for (const photo of photos) shown.push(await classify(model, photo));
    expect(shown.map(({ modelVersion }) => modelVersion)).toEqual(photos.map(() => 1));
    const counted = await comparing(model, photos.length);
    const same = shown.filter(({ label }, i) => label === others[i]!.label).length;
    expect(same).toBeLessThan(photos.length);
    expect(counted).toMatchObject({ agreed: same, agreement: same / photos.length, dropped: 0 });
    expect(counted.evidence).toMatchObject({
      ...{ verdict: 'UNDECIDED', both: { judged: 0 }, eValue: 1, needed: null },
      agreement: { compared: photos.length, agreed: same, share: same / photos.length },
    });
    expect(counted).toMatchObject({ candidate: { answers: 6, errors: 0 }, present: { answers: 6, errors: 0 } });
    expect(counted.candidate.p50Milliseconds).toBeGreaterThan(0);
    const kept = await hub.ask<{ reviewQueue: ReviewQueueAnswer }>('review-queue', { model });
    const otherLabels = new Map(kept.reviewQueue.reviews.map(({ prediction: { id, otherLabel } }) => [id, otherLabel]));
    expect(
      shown.map(({ predictionId }) => otherLabels.get(predictionId!)),
      'the review queue knows of it',
    ).toEqual(shown.map(({ label }, i) => (label === others[i]!.label ? null : others[i]!.label)));
    const differ = shown.flatMap(({ predictionId, label }, i) =>
      label === others[i]!.label
        ? []
        : [{ id: predictionId, rolloutLabel: others[i]!.label, hash: sha256(photos[i]!) }],
    );
    const fair = differ.toSorted((a, b) => (a.hash < b.hash ? -1 : 1)).map(({ hash: _, ...each }) => each);
    const differing = async (): Promise<ReviewQueueAnswer> =>
      (await hub.ask<{ reviewQueue: ReviewQueueAnswer }>('review-queue', { model, differing: true })).reviewQueue;
    const all = await differing();
    expect(all.left).toBe(fair.length);
    expect(all.reviews.map(({ score, prediction: { id, rolloutLabel } }) => [score, { id, rolloutLabel }])).toEqual(
      fair.map((each) => [null, each]),
    );
    const next = { model, first: 20, differing: true };
    const { nextReviews } = await hub.ask<{ nextReviews: ReviewQueueAnswer }>('next-reviews', next);
    expect(nextReviews.reviews.map(({ prediction: { id } }) => id)).toEqual(fair.map(({ id }) => id));
    const listed = await runHub('predictions', 'review', model, '--differing', '--url', hub.url, '--token', hub.token);
    expect(listed.stdout, listed.stderr).toMatch(new RegExp(`^${fair.length} photos? left to judge`, 'm'));
    await hub.ask('give-feedback', { predictionId: fair[0]!.id, label: 'red' });
    expect((await differing()).reviews.map(({ prediction: { id } }) => id)).toEqual(fair.slice(1).map(({ id }) => id));
    const both = hub.ask('next-reviews', { ...next, secondOpinion: true });
    await expect(both).rejects.toMatchObject({ code: 'BAD_INPUT' });

    await end(model, 'ABORT');
    const aborted = { state: 'ABORTED', compared: 6, endedBy: 'first', outcome: 'seen enough' };
    expect(await newest(model)).toMatchObject(aborted);
    await classify(model, photos[0]!);
    expect(await newest(model)).toMatchObject({ present: { answers: 6 } });
  });

  it('says by judged photos which version is more accurate, also when their answers were deleted', {
    timeout: 180_000,
  }, async () => {
    const model = 'judged';
    const photos = await somePhotos(290, 8);
    const truth = photos.map((_, i) => COLOUR_NAMES[i % COLOUR_NAMES.length]!);
    await newModelWithWorse(model);
    const others = await Promise.all(photos.map((photo) => classify(model, photo, { version: 2 })));
    await hub.ask('set-prediction-log', { model, sample: 1, reason: 'test' });
    await start(model, { verdictErrorRate: 0.1 });
    const shown: ClassificationAnswer[] = [];
    for (const photo of photos) shown.push(await classify(model, photo));
    await comparing(model, photos.length);
    const tell = (i: number, more: object): Promise<unknown> =>
      hub.ask('give-feedback', { predictionId: shown[i]!.predictionId, ...more });
    await tell(0, { label: others[0]!.label });
    for (const [i, label] of truth.entries()) await tell(i, i === 23 ? { showsNone: true } : { label });
    const count = (are: (present: boolean, candidate: boolean) => boolean): number =>
      truth.slice(0, 23).filter((label, i) => are(shown[i]!.label === label, others[i]!.label === label)).length;
    const both = {
      judged: 23,
      bothRight: count((present, candidate) => present && candidate),
      candidateRight: count((present, candidate) => !present && candidate),
      presentRight: count((present, candidate) => present && !candidate),
      bothWrong: count((present, candidate) => !present && !candidate),
    };
    expect(both.presentRight, 'enough of them for a verdict').toBeGreaterThan(9 + both.candidateRight);
    const expected = {
      ...{ verdict: 'WORSE', difference: (both.candidateRight - both.presentRight) / 23, both, needed: 0, showNone: 1 },
      ...{ candidateOnly: { judged: 0, right: 0 }, presentOnly: { judged: 0, right: 0 } },
    };
    const { evidence } = await newest(model);
    expect(evidence).toMatchObject(expected);
    expect(evidence.text).toContain(`it alone is right on ${both.candidateRight} and the present version alone on`);
    expect(evidence.text).toContain('Error rate 10%.');
    const terminal = await runHub('rollout', 'show', model, '--url', hub.url, '--token', hub.token);
    expect(terminal.stdout, terminal.stderr).toMatch(/^verdict +WORSE\. The candidate is worse: of 23 judged photos/m);
    expect(terminal.stdout).toMatch(/^difference +-[\d.]+ points, -[\d.]+ points to -[\d.]+ points; e-value \d+/m);

    await classify(model, photos[0]!);
    await comparing(model, photos.length + 1);
    expect((await newest(model)).evidence, 'a photo counts once').toMatchObject(expected);
    await hub.ask('delete-photos', { photos: [shown[1]!.predictionId], reason: 'asked for' });
    expect((await newest(model)).evidence, 'also one that was deleted').toMatchObject(expected);
    await end(model, 'ABORT');
    await hub.inDatabase(async (client) => {
      const at = new Date(Date.now() - 31 * 24 * 3_600_000);
      await client.loggedPrediction.updateMany({ where: { model: { name: model } }, data: { at } });
    });
    const filter = { model };
    await expect
      .poll(() => hub.ask('predictions', { filter }), { timeout: 60_000 })
      .toMatchObject({ predictions: { predictions: [] } });
    expect((await newest(model)).evidence).toEqual({ ...evidence, agreement: expect.any(Object) });
  });

  it('compares what the versions of a canary answered alone, too', async () => {
    const model = 'judged-canary';
    const photos = await somePhotos(390, 8);
    await newModelWithWorse(model);
    await hub.ask('set-prediction-log', { model, sample: 1, reason: 'test' });
    await startCanary(model);
    const truth = (i: number): string => COLOUR_NAMES[i % COLOUR_NAMES.length]!;
    const shown: ClassificationAnswer[] = [];
    for (const [i, photo] of photos.entries()) {
      shown.push(await classify(model, photo, { key: `photo-${i}` }));
      await hub.ask('give-feedback', { predictionId: shown[i]!.predictionId, label: truth(i) });
    }
    const asked = await classify(model, photos[0]!, { version: shown[0]!.modelVersion === 1 ? 2 : 1 });
    await hub.ask('give-feedback', { predictionId: asked.predictionId, label: truth(0) });
    const ofCandidate = shown.filter(({ modelVersion }) => modelVersion === 2).length;
    const right = shown.filter(({ modelVersion, label }, i) => modelVersion === 1 && label === truth(i)).length;
    const { compared, dropped } = await comparing(model, ofCandidate);
    expect([compared, dropped]).toEqual([ofCandidate, 0]);
    const { both, candidateOnly, presentOnly } = (await newest(model)).evidence;
    expect(both.judged, 'compared').toBe(ofCandidate);
    expect(candidateOnly).toEqual({ judged: 0, right: 0 });
    expect(presentOnly, 'answers to questions that name a version are none').toEqual({
      judged: photos.length - ofCandidate,
      right,
    });
  });

  it('keeps another one from the same alias until it ends', async () => {
    const model = await newModel();
    await start(model);
    await expect(start(model)).rejects.toMatchObject({ code: 'CONFLICT' });
    await end(model, 'ABORT');
    await expect(end(model, 'ABORT')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await start(model);
  });

  it('is begun and shown from the terminal', async () => {
    const model = await newModel();
    const at = ['--url', hub.url, '--token', hub.token];
    const run = async (...command: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await runHub('rollout', ...command, ...at);
      expect(code, stderr).toBe(0);
      return stdout;
    };
    const given = ['--mode', 'shadow', '--share', '1', '--reason', 'again'];
    expect(await run('start', model, '2', ...given)).toBe(`Rollout of ${model} version 2 for production started\n`);
    expect(await run('show', model)).toMatch(
      /^rollout +model-\d+ version 2 for production, SHADOW of 100\.0%\nstate +RUNNING$/m,
    );
  });

  it('as a canary answers its share, the same keys each time, over GraphQL and HTTP', async () => {
    const model = await newModel();
    await startCanary(model);
    const byKey = await versionsByKey(model);
    expect(new Set(byKey)).toEqual(new Set([1, 2]));
    expect(await versionsByKey(model)).toEqual(byKey);
    for (const [i, key] of KEYS.entries()) {
      const headers = { authorization: `Bearer ${hub.token}`, 'content-type': 'image/png', 'x-request-key': key };
      const body = new Uint8Array(photos[1]!);
      const answer = await hub.fetch(`/v1/classify?model=${model}`, { method: 'POST', headers, body });
      expect(await answer.json()).toMatchObject({ modelVersion: byKey[i] });
    }
    const asked = byKey.filter((version) => version === 2).length * 3;
    const all = 3 * KEYS.length;
    expect(await newest(model)).toMatchObject({ candidate: { answers: asked }, present: { answers: all - asked } });
    const { compared, dropped } = await newest(model);
    expect(compared + dropped).toBeLessThanOrEqual(asked);
    const image = { name: 'image', shape: [1, 32, 32, 3], datatype: 'UINT8', data: new Array(32 * 32 * 3).fill(9) };
    for (const version of [1, 2]) {
      const headers = { authorization: `Bearer ${hub.token}`, 'x-request-key': KEYS[byKey.indexOf(version)]! };
      const init = { method: 'POST', headers, body: JSON.stringify({ inputs: [image] }) };
      const answer = await hub.fetch(`/v2/models/${model}/infer`, init);
      expect(await answer.json()).toMatchObject({ model_version: String(version) });
    }
    expect(await newest(model)).toMatchObject({
      candidate: { answers: asked + 1, errors: 0 },
      present: { answers: all - asked + 1, errors: 0 },
    });
  });

  it('goes on when the hub starts again, and ends by itself when the version fails more often than it may', {
    timeout: 180_000,
  }, async () => {
    const again = await TestHub.startWithColours({ rows: (client) => copyVersions(client, 'failing') });
    onTestFinished(() => again.remove());
    const model = 'failing';
    await again.ask('promote', { model, version: 1, reason: 'test' });
    await startCanary(model, again);
    const byKey = await versionsByKey(model, again);
    const before = await newest(model, again);
    await again.stop();
    await again.start({ servingDeadline: 1 });
    const key = KEYS[byKey.indexOf(2)];
    for (let i = 0; i < 2; i++) {
      const late = classify(model, photos[0]!, { key }, again);
      await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    }
    const ended = await over(model, again);
    expect(ended).toMatchObject({ state: 'ABORTED', endedBy: 'hub', candidate: { errors: 2 } });
    expect(ended.candidate.answers).toBe(before.candidate.answers);
    expect(ended.present.p50Milliseconds).toBeCloseTo(before.present.p50Milliseconds!, 6);
    expect(ended.outcome).toContain(`It failed 2 of ${before.candidate.answers + 2} requests`);
    await again.stop();
    await again.start();
    expect(new Set(await versionsByKey(model, again))).toEqual(new Set([1]));
    expect(await audited(model, again)).toMatchObject([
      { action: 'ROLLOUT_ENDED', actor: 'hub', details: { state: 'ABORTED' } },
      { action: 'ROLLOUT_STARTED' },
      { action: 'ALIAS_MOVED' },
    ]);
  });

  it('ends by a promotion, if the gate lets it, and else goes on', async () => {
    const model = await newModel();
    await startCanary(model);
    await expect(end(model, 'PROMOTE')).rejects.toMatchObject({ code: 'GATE_REFUSED' });
    expect(await newest(model)).toMatchObject({ state: 'RUNNING' });
    await end(model, 'PROMOTE', { overrideGate: true });
    expect(await newest(model)).toMatchObject({ state: 'PROMOTED', endedBy: 'first' });
    expect(new Set(await versionsByKey(model))).toEqual(new Set([2]));
    expect(await audited(model)).toMatchObject([
      { action: 'ALIAS_MOVED', from: '1', to: '2', details: { rollout: (await newest(model)).id } },
      { action: 'ROLLOUT_STARTED', actor: 'first', from: '1', to: '2', details: { mode: 'CANARY' } },
      { action: 'ALIAS_MOVED' },
    ]);
  });

  it('ends when the alias moves otherwise', async () => {
    const model = await newModel();
    await hub.ask('promote', { model, version: 2, reason: 'test', overrideGate: true });
    await start(model, { version: 1 });
    await hub.ask('roll-back', { model, reason: 'worse' });
    expect(await over(model)).toMatchObject({
      ...{ state: 'PROMOTED', endedBy: 'hub', outcome: 'production points to version 1 now.' },
    });
    expect((await audited(model)).slice(0, 3)).toMatchObject([
      { action: 'ROLLOUT_ENDED', actor: 'hub', details: { rollout: (await newest(model)).id, state: 'PROMOTED' } },
      { action: 'ALIAS_ROLLED_BACK', from: '2', to: '1', details: { gate: [] } },
      { action: 'ROLLOUT_STARTED', details: { mode: 'SHADOW', share: 1 } },
    ]);
  });

  it('answers to its old names too, which are deprecated', async () => {
    const model = await newModel();
    for (let i = 0; i < 3; i++) {
      await start(model);
      await end(model, 'ABORT');
    }
    const input = { model, version: 2, mode: 'SHADOW', share: 1, reason: 'as before' };
    const begin = 'mutation ($input: StartTrialInput!) { startTrial(input: $input) { id state mode share } }';
    const { startTrial } = await hub.client.request<{ startTrial: RolloutAnswer }>(begin, { input });
    expect(startTrial).toMatchObject({ state: 'RUNNING', mode: 'SHADOW', share: 1 });
    const tooMuch = hub.client.request(begin, { input: { ...input, share: 2 } });
    await expect(tooMuch).rejects.toMatchObject({ code: 'BAD_INPUT' });

    const at = ['--url', hub.url, '--token', hub.token, '--json'];
    const shown = JSON.parse((await runHub('trial', 'show', model, ...at)).stdout) as { trial: RolloutAnswer };
    expect(shown.trial).toMatchObject({ id: startTrial.id, state: 'RUNNING' });
    expect((await runHub('--help')).stdout).not.toContain('trial');

    const finish = `mutation ($outcome: TrialOutcome!) {
      endTrial(input: { model: "${model}", outcome: $outcome, reason: "seen enough" }) { id state }
    }`;
    const ending = { outcome: 'ABORT' };
    expect(await hub.client.request(finish, ending)).toEqual({ endTrial: { id: startTrial.id, state: 'ABORTED' } });

    const fields = '{ id state mode outcome candidate { version answers } present { version answers } }';
    const old = fields.replace('{ version answers }', '{ ... on TrialArm { version answers } }');
    const both = `{ trials(model: "${model}") ${old} rollouts(model: "${model}") ${fields} }`;
    const listed = await hub.client.request<{ trials: unknown[]; rollouts: unknown[] }>(both);
    expect(listed.rollouts.length).toBeGreaterThan(3);
    expect(listed.trials).toEqual(listed.rollouts);
  });

  it('that was audited under the old name of its action can be read and asked for', async () => {
    const filter = { model: 'old', actions: ['TRIAL_STARTED'] };
    const { auditEvents } = await hub.ask<{ auditEvents: { events: object[] } }>('audit-events', { filter });
    expect(auditEvents.events).toMatchObject([{ action: 'TRIAL_STARTED', actor: 'first' }]);
  });
});

interface PredictionAnswer {
  readonly id: string;
  readonly version: number;
  readonly inputHash: string;
  readonly label: string;
  readonly rightLabel: string | null;
  readonly thumbnail: string | null;
}

interface TrafficAnswer {
  readonly version: number;
  readonly predictions: number;
  readonly feedback: {
    readonly judged: number;
    readonly accuracy: number;
    readonly low: number;
    readonly high: number;
  };
  readonly drift: { readonly verdict: string; readonly text: string; readonly classes: object | null };
}

describe('the log of predictions', () => {
  const setLog = (model: string, more: object = {}, on: HubUser = hub): Promise<unknown> =>
    on.ask('set-prediction-log', { model, sample: 1, reason: 'test', ...more });
  const predictions = async (
    model: string,
    filter = {},
    page = {},
    on: HubUser = hub,
  ): Promise<{ predictions: PredictionAnswer[]; next: string }> =>
    (
      await on.ask<{ predictions: { predictions: PredictionAnswer[]; next: string } }>('predictions', {
        filter: { model, ...filter },
        ...page,
      })
    ).predictions;
  const traffic = async (model: string, on: HubUser = hub): Promise<TrafficAnswer> =>
    (await on.ask<{ traffic: TrafficAnswer[] }>('traffic', { model })).traffic.at(-1)!;
  const tell = (predictionId: string, label: string, on: HubUser = hub): Promise<unknown> =>
    on.ask('give-feedback', { predictionId, label });

  /** A new model that keeps each answer. */
  async function loggedModel(): Promise<string> {
    const model = await newModel();
    await setLog(model);
    return model;
  }

  /** Has all photos classified, and tells of the first four what is right: three answers are. @returns their ids. */
  async function judged(model: string, on: HubUser = hub): Promise<string[]> {
    const ids: string[] = [];
    for (const photo of photos) ids.push((await classify(model, photo, {}, on)).predictionId as string);
    const labels = COLOUR_NAMES.concat(COLOUR_NAMES);
    await tell(ids[0]!, 'green', on);
    for (const [i, id] of ids.slice(0, 4).entries()) await tell(id, i === 3 ? 'red' : labels[i]!, on);
    return ids;
  }

  it('is off until somebody asks for it, with a share, an end and a reason', async () => {
    const model = await newModel();
    expect((await classify(model, photos[0]!)).predictionId).toBeNull();
    for (const wrong of [{ sample: 1.1 }, { keepDays: 0 }, { reason: '' }]) {
      await expect(setLog(model, wrong)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    }
    expect(await predictions(model)).toEqual({ predictions: [], next: null });
    expect(await setLog(model)).toEqual({
      setPredictionLog: {
        predictionLog: { sample: 1, keepDays: 30, keepPhotos: false, keepPhotosDays: null, lost: 0 },
      },
    });
  });

  it('has each answer with the hash of the photo, newest first, page by page, and no photo', async () => {
    const model = await loggedModel();
    const answers: ClassificationAnswer[] = [];
    for (const photo of photos) answers.push(await classify(model, photo));
    const first = await predictions(model, {}, { first: 4 });
    const second = await predictions(model, {}, { first: 4, after: first.next });
    expect(second.next).toBeNull();
    const kept = [...first.predictions, ...second.predictions].toReversed();
    expect(kept).toMatchObject(
      answers.map(({ label, confidence, milliseconds, predictionId }, i) => ({
        ...{ id: predictionId, version: 1, label, confidence, milliseconds },
        ...{ inputHash: sha256(photos[i]!), thumbnail: null, rightLabel: null },
      })),
    );
    expect(existsSync(blobFile(hub.data, sha256(photos[0]!)))).toBe(false);
  });

  it('takes what is right, the last word, and of the classes that there are', async () => {
    const model = await loggedModel();
    const ids = await judged(model);
    await expect(tell(ids[0]!, 'purple')).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: 'The version has no class named purple; it has blue, green, red.',
    });
    await expect(tell('018f0000-0000-7000-8000-000000000000', 'red')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const { secret } = await hub.createToken({ name: 'stranger', role: 'VIEWER', model: 'other' });
    const stranger = hub.as(secret).ask('give-feedback', { predictionId: ids[0]!, label: 'red' });
    await expect(stranger).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await predictions(model, { wrong: true })).predictions).toMatchObject([{ id: ids[3], rightLabel: 'red' }]);
    expect((await predictions(model, { wrong: false })).predictions).toHaveLength(3);
    const { feedback } = await traffic(model);
    // Wilson's interval of 3 in 4: 0.3006 to 0.9544.
    expect(feedback).toMatchObject({ judged: 4, right: 3, accuracy: 0.75 });
    expect([feedback.low, feedback.high].map((end) => end.toFixed(4))).toEqual(['0.3006', '0.9544']);
  });

  it('says, in the terminal too, whether what is asked is what was tested', async () => {
    const model = 'colours';
    const compared = await TestHub.startWithColours({ leaves: ['quantize'] });
    onTestFinished(() => compared.remove());
    await compared.calibrated(model, 1);
    await setLog(model, {}, compared);
    const ids = await judged(model, compared);
    const few = { verdict: 'TOO_FEW', text: '6 answers are too few for a verdict; 100 are needed.' };
    expect((await traffic(model, compared)).drift).toMatchObject(few);
    const at = ['--url', compared.url, '--token', compared.token];
    const listed = await runHub('predictions', 'list', model, '--wrong', ...at);
    expect(listed.stdout, listed.stderr).toMatch(new RegExp(`^.+ 1 +blue .+ red +[0-9a-f]{12} +${ids[3]}$`, 'm'));
    const said = await runHub('predictions', 'traffic', model, ...at);
    expect(said.stdout, said.stderr).toMatch(/^ +1 +6 +4 +75\.0% +30\.1% to 95\.4% +TOO_FEW$/m);

    const blue = photos[0]!;
    for (const n of [40, 56]) await Promise.all(Array.from({ length: n }, () => classify(model, blue, {}, compared)));
    const { drift, predictions: count } = await traffic(model, compared);
    expect(count).toBe(102);
    expect(drift).toMatchObject({ verdict: 'DIFFERENT', classes: { index: expect.any(Number) } });
    expect(drift.text).toMatch(/^It answers blue more often than on the test images: 96% instead of 33%\. /);
  });

  it('lets photos of traffic that drifted come first in the review queue, and says so', async () => {
    const model = 'colours';
    const drifted = await TestHub.startWithColours({ leaves: ['quantize'] });
    onTestFinished(() => drifted.remove());
    await drifted.calibrated(model, 1);
    await setLog(model, { keepPhotos: true }, drifted);
    const ids: string[] = [];
    for (const colour of ['blue', 'green'] as const) {
      const { predictionId } = await classify(model, await colourPhoto(colour, 31_000), {}, drifted);
      ids.push(predictionId!);
    }
    await setLog(model, {}, drifted);
    await Promise.all(Array.from({ length: 58 }, () => classify(model, photos[0]!, {}, drifted)));
    await Promise.all(Array.from({ length: 50 }, () => classify(model, photos[0]!, {}, drifted)));
    const { reviewQueue } = await drifted.ask<{ reviewQueue: ReviewQueueAnswer }>('review-queue', { model });
    expect(reviewQueue.reviews.map(({ prediction: { id } }) => id)).toEqual(ids);
    const [blue, green] = reviewQueue.reviews;
    expect(blue!.drift).toMatch(
      /^It (answers blue|is .* confident) more often than on the test images: \d+% instead of \d+%\.$/,
    );
    expect(blue!.score! - (1 - blue!.prediction.margin)).toBeGreaterThan(
      green!.score! - (1 - green!.prediction.margin),
    );
  });

  it('keeps photos where that is asked for, and deletes both when they are old', async () => {
    const model = 'old';
    const old = await TestHub.startWithColours({ rows: (client) => copyVersions(client, model) });
    onTestFinished(() => old.remove());
    await old.ask('promote', { model, version: 1, reason: 'test' });
    await setLog(model, { keepPhotos: true }, old);
    const { predictionId } = await classify(model, photos[5]!, {}, old);
    await setLog(model, {}, old);
    const { modelVersionId } = await classify(model, photos[5]!, { version: 2 }, old);
    const [, kept] = (await predictions(model, {}, { first: 2 }, old)).predictions;
    expect(kept).toMatchObject({ id: predictionId, inputHash: sha256(photos[5]!) });
    expect(kept!.thumbnail).toMatch(/^data:image\/webp;base64,/);
    const file = blobFile(old.data, kept!.inputHash);
    expect(existsSync(file)).toBe(true);
    await old.inDatabase(async (client) => {
      const at = new Date(Date.now() - 31 * 24 * 3_600_000);
      await client.loggedPrediction.updateMany({ data: { at } });
      const blobs = new FileBlobStore(dataPaths(old.data).blobs);
      await fillUp(new PredictionLog(client, blobs, pino({ level: 'silent' })), model, modelVersionId);
    });
    await expect.poll(() => existsSync(file), { timeout: 60_000 }).toBe(false);
    expect((await predictions(model, { version: 1 }, {}, old)).predictions).toEqual([]);
    expect((await traffic(model, old)).predictions, 'of what fitted into memory, nothing is lost').toBe(2000);
  });

  /** Offers a log more than may wait, and has it write what it took. */
  async function fillUp(log: PredictionLog, model: string, versionId: string): Promise<void> {
    await log.load();
    const top = [{ label: 'red', probability: 0.5 }];
    const probabilities = new Float32Array([0.5, 0.25]);
    const answer = { label: 'red', top, probabilities, version: { model, versionId }, timing: { total: 1 } };
    const keep = (bytes: Uint8Array): string | null =>
      log.keep(
        { form: 'encoded', bytes, pixels: bytes, rollout: null, requestId: null },
        answer as unknown as Unlogged,
      );
    expect(keep(new Uint8Array(64 * 1024 ** 2 + 1))).toBeNull();
    expect(Array.from({ length: 2001 }, () => keep(new Uint8Array())).indexOf(null)).toBe(2000);
    expect(log.of(model)).toMatchObject({ lost: 2 });
    await log.close();
  }

  it('has each picture of the Open Inference Protocol by the hash of its pixels, and never the picture', async () => {
    const model = await newModel();
    await setLog(model, { keepPhotos: true });
    const pictures = [1, 2].map((seed) => Buffer.from(Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * seed) % 256)));
    const tensor = { name: 'image', shape: [2, 32, 32, 3], datatype: 'FP32', data: [...Buffer.concat(pictures)] };
    const headers = { authorization: `Bearer ${hub.token}` };
    const init = { method: 'POST', headers, body: JSON.stringify({ inputs: [tensor] }) };
    const response = await hub.fetch(`/v2/models/${model}/infer`, init);
    const answer = (await response.json()) as {
      parameters: { prediction_ids: string };
      outputs: { name: string; data: string[] }[];
    };
    const given = answer.parameters.prediction_ids.split(',');
    const labels = answer.outputs.find(({ name }) => name === 'label')!.data;
    const kept = (await predictions(model, {}, { first: 2 })).predictions.toReversed();
    expect(kept).toMatchObject(
      pictures.map((picture, i) => ({
        ...{ id: given[i], version: 1, label: labels[i], inputHash: sha256(picture), thumbnail: null },
      })),
    );
    for (const picture of pictures) expect(existsSync(blobFile(hub.data, sha256(picture)))).toBe(false);
    await hub.ask('give-feedback', { predictionId: given[1], label: 'red' });
    expect((await predictions(model, {}, { first: 1 })).predictions).toMatchObject([
      { id: given[1], rightLabel: 'red' },
    ]);
  });

  it('is off again when its share is 0, and all of that is in the audit', async () => {
    const model = await loggedModel();
    await setLog(model, { sample: 0, reason: 'enough' });
    expect((await classify(model, photos[0]!)).predictionId).toBeNull();
    const filter = { model, actions: ['PREDICTION_LOG_CHANGED'] };
    const { auditEvents } = await hub.ask<{ auditEvents: { events: object[] } }>('audit-events', { filter });
    expect(auditEvents.events.at(0)).toMatchObject({ reason: 'enough' });
    expect(auditEvents.events.at(-1)).toMatchObject({ from: null, reason: 'test' });
  });
});
