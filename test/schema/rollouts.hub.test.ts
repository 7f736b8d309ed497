import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { PredictionLog } from '../../src/domain/prediction/prediction-log.js';
import type { Unlogged } from '../../src/serving/answer-log.js';
import { dataPaths } from '../../src/storage/data-folder.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import type { ClassificationAnswer } from '../support/answers.js';
import { blobFile } from '../support/blob-file.js';
import { COLOUR_NAMES, colourPhoto } from '../support/colour-images.js';
import { runHub } from '../support/command.js';
import { HOPELESS } from '../support/recipes.js';
import { serveColours } from '../support/served-colours.js';
import { TestHub } from '../support/test-hub.js';

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
}

const MODEL = 'colours';
const KEYS = Array.from({ length: 20 }, (_, i) => `user-${i}`);
let hub: TestHub;
let photos: Buffer[];

// Version 1 tells the colours apart and is production; version 2 has learned nothing.
beforeAll(async () => {
  hub = await TestHub.start();
  photos = await Promise.all([0, 1].flatMap((seed) => COLOUR_NAMES.map((colour) => colourPhoto(colour, 90 + seed))));
  const { run: good } = await serveColours(hub);
  const { run } = await hub.ask<{ run: { datasetVersion: { id: string } } }>('run', { id: good.id });
  const worse = await hub.train({ datasetVersionId: run.datasetVersion.id, recipe: HOPELESS });
  await hub.registerModel(worse.id, MODEL);
  await hub.ask('set-serving-precision', { model: MODEL, version: 2, precision: 'FP32' });
});
afterAll(() => hub.remove());

const start = (more: object): Promise<unknown> =>
  hub.ask('start-rollout', { input: { model: MODEL, version: 2, mode: 'SHADOW', share: 1, reason: 'try', ...more } });
const end = (outcome: 'PROMOTE' | 'ABORT', more = {}): Promise<unknown> =>
  hub.ask('end-rollout', { model: MODEL, outcome, reason: 'seen enough', ...more });

/** The newest one. */
async function rollout(): Promise<RolloutAnswer> {
  return (await hub.ask<{ rollouts: RolloutAnswer[] }>('rollouts', { model: MODEL })).rollouts[0]!;
}

async function classify(photo: Buffer, variables = {}): Promise<ClassificationAnswer> {
  const given = { model: MODEL, ...variables };
  return (await hub.send<{ classify: ClassificationAnswer }>('classify', 'image', photo, given)).classify;
}

/** The newest one, when it is over. */
async function over(): Promise<RolloutAnswer> {
  const ended = async (): Promise<RolloutAnswer | false> => {
    const now = await rollout();
    return now.state !== 'RUNNING' && now;
  };
  return vi.waitUntil(ended, { timeout: 20_000 });
}

/** The version that answers each key. */
async function versionsByKey(): Promise<number[]> {
  const versions: number[] = [];
  for (const key of KEYS) versions.push((await classify(photos[0]!, { key })).modelVersion);
  return versions;
}

// One story: every test begins where the one before it ended.
describe('a rollout', () => {
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
    ['as a canary that the gate refuses', { mode: 'CANARY', share: 0.5 }, 'GATE_REFUSED', 'not worse than production'],
    ['without a reason', { reason: ' ' }, 'BAD_INPUT', 'reason must say why'],
  ])('%s is refused', async (_, input, code, message) => {
    await expect(start(input)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect((await hub.ask<{ rollouts: unknown[] }>('rollouts', { model: MODEL })).rollouts).toEqual([]);
  });

  it('in the shadow is never shown, and counts the photos to which both give the same label', async () => {
    const others = await Promise.all(photos.map((photo) => classify(photo, { version: 2 })));
    expect(await start({})).toMatchObject({ startRollout: { state: 'RUNNING', candidate: { version: 2 } } });
    const shown: ClassificationAnswer[] = [];
    for (const photo of photos) shown.push(await classify(photo));
    expect(shown.map(({ modelVersion }) => modelVersion)).toEqual(photos.map(() => 1));
    const all = async (): Promise<RolloutAnswer | false> => {
      const now = await rollout();
      return now.compared === photos.length && now;
    };
    const counted = await vi.waitUntil(all, { timeout: 20_000 });
    const same = shown.filter(({ label }, i) => label === others[i]!.label).length;
    expect(same).toBeLessThan(photos.length);
    expect(counted).toMatchObject({ agreed: same, agreement: same / photos.length, dropped: 0 });
    expect(counted).toMatchObject({ candidate: { answers: 6, errors: 0 }, present: { answers: 6, errors: 0 } });
    expect(counted.candidate.p50Milliseconds).toBeGreaterThan(0);
  });

  it('keeps another one from the same alias until it ends, and says who ended it and why', async () => {
    await expect(start({})).rejects.toMatchObject({ code: 'CONFLICT' });
    await end('ABORT');
    expect(await rollout()).toMatchObject({ state: 'ABORTED', compared: 6, endedBy: 'first', outcome: 'seen enough' });
    await expect(end('ABORT')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await classify(photos[0]!);
    expect(await rollout()).toMatchObject({ present: { answers: 6 } });
  });

  it('is begun and shown from the terminal', async () => {
    const at = ['--url', hub.url, '--token', hub.token];
    const run = async (...command: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await runHub('rollout', ...command, ...at);
      expect(code, stderr).toBe(0);
      return stdout;
    };
    const given = ['--mode', 'shadow', '--share', '1', '--reason', 'again'];
    expect(await run('start', MODEL, '2', ...given)).toBe('Rollout of colours version 2 for production started\n');
    expect(await run('show', MODEL)).toMatch(
      /^rollout +colours version 2 for production, SHADOW of 100\.0%\nstate +RUNNING$/m,
    );
    await end('ABORT');
  });

  let byKey: number[];
  it('as a canary answers its share, the same keys each time, over GraphQL and HTTP', async () => {
    await start({ mode: 'CANARY', share: 0.5, overrideGate: true });
    byKey = await versionsByKey();
    expect(new Set(byKey)).toEqual(new Set([1, 2]));
    expect(await versionsByKey()).toEqual(byKey);
    for (const [i, key] of KEYS.entries()) {
      const headers = { authorization: `Bearer ${hub.token}`, 'content-type': 'image/png', 'x-request-key': key };
      const body = new Uint8Array(photos[1]!);
      const answer = await hub.fetch(`/v1/classify?model=${MODEL}`, { method: 'POST', headers, body });
      expect(await answer.json()).toMatchObject({ modelVersion: byKey[i] });
    }
    const asked = byKey.filter((version) => version === 2).length * 3;
    const all = 3 * KEYS.length;
    expect(await rollout()).toMatchObject({ candidate: { answers: asked }, present: { answers: all - asked } });
    const { compared, dropped } = await rollout();
    expect(compared + dropped).toBeLessThanOrEqual(asked);
    const image = { name: 'image', shape: [1, 32, 32, 3], datatype: 'UINT8', data: new Array(32 * 32 * 3).fill(9) };
    for (const version of [1, 2]) {
      const headers = { authorization: `Bearer ${hub.token}`, 'x-request-key': KEYS[byKey.indexOf(version)]! };
      const init = { method: 'POST', headers, body: JSON.stringify({ inputs: [image] }) };
      const answer = await hub.fetch(`/v2/models/${MODEL}/infer`, init);
      expect(await answer.json()).toMatchObject({ model_version: String(version) });
    }
    expect(await rollout()).toMatchObject({
      candidate: { answers: asked + 1, errors: 0 },
      present: { answers: all - asked + 1, errors: 0 },
    });
  });

  it('goes on when the hub starts again, and ends by itself when the version fails more often than it may', async () => {
    const before = await rollout();
    await hub.stop();
    await hub.start({ servingDeadline: 1 });
    const key = KEYS[byKey.indexOf(2)];
    for (let i = 0; i < 2; i++) {
      await expect(classify(photos[0]!, { key })).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    }
    const ended = await over();
    expect(ended).toMatchObject({ state: 'ABORTED', endedBy: 'hub', candidate: { errors: 2 } });
    expect(ended.candidate.answers).toBe(before.candidate.answers);
    expect(ended.present.p50Milliseconds).toBeCloseTo(before.present.p50Milliseconds!, 6);
    expect(ended.outcome).toContain(`It failed 2 of ${before.candidate.answers + 2} requests`);
    await hub.stop();
    await hub.start();
    expect(new Set(await versionsByKey())).toEqual(new Set([1]));
  });

  it('ends by a promotion, if the gate lets it, and else goes on', async () => {
    await start({ mode: 'CANARY', share: 0.5, overrideGate: true });
    await expect(end('PROMOTE')).rejects.toMatchObject({ code: 'GATE_REFUSED' });
    expect(await rollout()).toMatchObject({ state: 'RUNNING' });
    await end('PROMOTE', { overrideGate: true });
    expect(await rollout()).toMatchObject({ state: 'PROMOTED', endedBy: 'first' });
    expect(new Set(await versionsByKey())).toEqual(new Set([2]));
  });

  it('ends when the alias moves otherwise', async () => {
    await start({ version: 1 });
    await hub.ask('roll-back', { model: MODEL, reason: 'worse' });
    expect(await over()).toMatchObject({
      ...{ state: 'PROMOTED', endedBy: 'hub', outcome: 'production points to version 1 now.' },
    });
  });

  it('is in the audit from its start to its end', async () => {
    const filter = { model: MODEL, actions: ['ROLLOUT_STARTED', 'ROLLOUT_ENDED', 'ALIAS_MOVED'] };
    const { auditEvents } = await hub.ask<{ auditEvents: { events: object[] } }>('audit-events', { filter });
    expect(auditEvents.events.slice(0, 7)).toMatchObject([
      { action: 'ROLLOUT_ENDED', actor: 'hub', details: { rollout: (await rollout()).id, state: 'PROMOTED' } },
      { action: 'ALIAS_MOVED', from: '2', to: '1' },
      { action: 'ROLLOUT_STARTED', details: { mode: 'SHADOW', share: 1 } },
      { action: 'ALIAS_MOVED', from: '1', to: '2', details: { rollout: expect.any(String) } },
      { action: 'ROLLOUT_STARTED', actor: 'first', from: '1', to: '2', details: { mode: 'CANARY' } },
      { action: 'ROLLOUT_ENDED', actor: 'hub', details: { state: 'ABORTED' } },
      { action: 'ROLLOUT_STARTED' },
    ]);
  });

  it('answers to its old names too, which are deprecated', async () => {
    const input = { model: MODEL, version: 2, mode: 'SHADOW', share: 1, reason: 'as before' };
    const begin = 'mutation ($input: StartTrialInput!) { startTrial(input: $input) { id state mode share } }';
    const { startTrial } = await hub.client.request<{ startTrial: RolloutAnswer }>(begin, { input });
    expect(startTrial).toMatchObject({ state: 'RUNNING', mode: 'SHADOW', share: 1 });
    const tooMuch = hub.client.request(begin, { input: { ...input, share: 2 } });
    await expect(tooMuch).rejects.toMatchObject({ code: 'BAD_INPUT' });

    const at = ['--url', hub.url, '--token', hub.token, '--json'];
    const shown = JSON.parse((await runHub('trial', 'show', MODEL, ...at)).stdout) as { trial: RolloutAnswer };
    expect(shown.trial).toMatchObject({ id: startTrial.id, state: 'RUNNING' });
    expect((await runHub('--help')).stdout).not.toContain('trial');

    const finish = `mutation ($outcome: TrialOutcome!) {
      endTrial(input: { model: "${MODEL}", outcome: $outcome, reason: "seen enough" }) { id state }
    }`;
    const ending = { outcome: 'ABORT' };
    expect(await hub.client.request(finish, ending)).toEqual({ endTrial: { id: startTrial.id, state: 'ABORTED' } });

    const fields = '{ id state mode outcome candidate { version answers } present { version answers } }';
    const old = fields.replace('{ version answers }', '{ ... on TrialArm { version answers } }');
    const both = `{ trials(model: "${MODEL}") ${old} rollouts(model: "${MODEL}") ${fields} }`;
    const { trials, rollouts } = await hub.client.request<{ trials: unknown[]; rollouts: unknown[] }>(both);
    expect(rollouts.length).toBeGreaterThan(3);
    expect(trials).toEqual(rollouts);
  });

  it('that was audited under the old name of its action can be read and asked for', async () => {
    const entry = {
      actor: 'first',
      action: 'TRIAL_STARTED',
      subject: `${MODEL}@production`,
      model: MODEL,
      details: '{}',
    };
    await hub.inDatabase((client) => client.auditEvent.create({ data: entry }));
    const filter = { model: MODEL, actions: ['TRIAL_STARTED'] };
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
  const setLog = (more: object): Promise<unknown> =>
    hub.ask('set-prediction-log', { model: MODEL, sample: 1, reason: 'test', ...more });
  const predictions = async (filter = {}, page = {}): Promise<{ predictions: PredictionAnswer[]; next: string }> =>
    (
      await hub.ask<{ predictions: { predictions: PredictionAnswer[]; next: string } }>('predictions', {
        filter: { model: MODEL, ...filter },
        ...page,
      })
    ).predictions;
  const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
  const traffic = async (): Promise<TrafficAnswer> =>
    (await hub.ask<{ traffic: TrafficAnswer[] }>('traffic', { model: MODEL })).traffic.at(-1)!;
  let ids: string[];

  it('is off until somebody asks for it, with a share, an end and a reason', async () => {
    expect((await classify(photos[0]!)).predictionId).toBeNull();
    for (const wrong of [{ sample: 1.1 }, { keepDays: 0 }, { reason: '' }]) {
      await expect(setLog(wrong)).rejects.toMatchObject({ code: 'BAD_INPUT' });
    }
    expect(await predictions()).toEqual({ predictions: [], next: null });
    expect(await setLog({})).toEqual({
      setPredictionLog: { predictionLog: { sample: 1, keepDays: 30, keepPhotos: false, lost: 0 } },
    });
  });

  it('has each answer with the hash of the photo, newest first, page by page, and no photo', async () => {
    const answers: ClassificationAnswer[] = [];
    for (const photo of photos) answers.push(await classify(photo));
    ids = answers.map(({ predictionId }) => predictionId as string);
    const first = await predictions({}, { first: 4 });
    const second = await predictions({}, { first: 4, after: first.next });
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
    const tell = (predictionId: string, label: string): Promise<unknown> =>
      hub.ask('give-feedback', { predictionId, label });
    await expect(tell(ids[0]!, 'purple')).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: 'The version has no class named purple; it has blue, green, red.',
    });
    await expect(tell('018f0000-0000-7000-8000-000000000000', 'red')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const { secret } = await hub.createToken({ name: 'stranger', role: 'VIEWER', model: 'other' });
    const stranger = hub.as(secret).ask('give-feedback', { predictionId: ids[0]!, label: 'red' });
    await expect(stranger).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const labels = COLOUR_NAMES.concat(COLOUR_NAMES);
    await tell(ids[0]!, 'green');
    for (const [i, id] of ids.slice(0, 4).entries()) await tell(id, i === 3 ? 'red' : labels[i]!);
    expect((await predictions({ wrong: true })).predictions).toMatchObject([{ id: ids[3], rightLabel: 'red' }]);
    expect((await predictions({ wrong: false })).predictions).toHaveLength(3);
    const { feedback, drift } = await traffic();
    // Wilson's interval of 3 in 4: 0.3006 to 0.9544.
    expect(feedback).toMatchObject({ judged: 4, right: 3, accuracy: 0.75 });
    expect([feedback.low, feedback.high].map((end) => end.toFixed(4))).toEqual(['0.3006', '0.9544']);
    expect(drift).toMatchObject({ verdict: 'TOO_FEW', text: '6 answers are too few for a verdict; 100 are needed.' });
  });

  it('is read from the terminal', async () => {
    const at = ['--url', hub.url, '--token', hub.token];
    const listed = await runHub('predictions', 'list', MODEL, '--wrong', ...at);
    expect(listed.stdout, listed.stderr).toMatch(new RegExp(`^.+ 1 +blue .+ red +[0-9a-f]{12} +${ids[3]}$`, 'm'));
    const said = await runHub('predictions', 'traffic', MODEL, ...at);
    expect(said.stdout, said.stderr).toMatch(/^ +1 +6 +4 +75\.0% +30\.1% to 95\.4% +TOO_FEW$/m);
  });

  it('says in words when what is asked is no longer what was tested', async () => {
    for (const n of [40, 56]) await Promise.all(Array.from({ length: n }, () => classify(photos[0]!)));
    const { drift, predictions: count } = await traffic();
    expect(count).toBe(102);
    expect(drift).toMatchObject({ verdict: 'DIFFERENT', classes: { index: expect.any(Number) } });
    expect(drift.text).toMatch(/^It answers blue more often than on the test images: 96% instead of 33%\. /);
  });

  it('keeps photos where that is asked for, and deletes both when they are old', async () => {
    await setLog({ keepPhotos: true });
    const { predictionId } = await classify(photos[5]!);
    await setLog({});
    const { modelVersionId } = await classify(photos[5]!, { version: 2 });
    const [, newest] = (await predictions({}, { first: 2 })).predictions;
    expect(newest).toMatchObject({ id: predictionId, inputHash: sha256(photos[5]!) });
    expect(newest!.thumbnail).toMatch(/^data:image\/webp;base64,/);
    const file = blobFile(hub.data, newest!.inputHash);
    expect(existsSync(file)).toBe(true);
    await hub.inDatabase(async (client) => {
      await client.loggedPrediction.updateMany({ data: { at: new Date(Date.now() - 31 * 24 * 3_600_000) } });
      const blobs = new FileBlobStore(dataPaths(hub.data).blobs);
      await fillUp(new PredictionLog(client, blobs, pino({ level: 'silent' })), modelVersionId);
    });
    expect((await predictions({ version: 1 })).predictions).toEqual([]);
    expect(existsSync(file)).toBe(false);
    expect((await traffic()).predictions, 'of what fitted into memory, nothing is lost').toBe(2000);
  });

  /** Offers a log more than may wait, and has it write what it took. */
  async function fillUp(log: PredictionLog, versionId: string): Promise<void> {
    await log.load();
    const top = [{ label: 'red', probability: 0.5 }];
    const answer = { label: 'red', top, version: { model: MODEL, versionId }, timing: { total: 1 } };
    const keep = (bytes: Uint8Array): string | null =>
      log.keep({ form: 'encoded', bytes }, answer as unknown as Unlogged);
    expect(keep(new Uint8Array(64 * 1024 ** 2 + 1))).toBeNull();
    expect(Array.from({ length: 2001 }, () => keep(new Uint8Array())).indexOf(null)).toBe(2000);
    expect(log.of(MODEL)).toMatchObject({ lost: 2 });
    await log.close();
  }

  it('has each picture of the Open Inference Protocol by the hash of its pixels, and never the picture', async () => {
    await setLog({ keepPhotos: true });
    const pictures = [1, 2].map((seed) => Buffer.from(Array.from({ length: 32 * 32 * 3 }, (_, i) => (i * seed) % 256)));
    const tensor = { name: 'image', shape: [2, 32, 32, 3], datatype: 'FP32', data: [...Buffer.concat(pictures)] };
    const headers = { authorization: `Bearer ${hub.token}` };
    const init = { method: 'POST', headers, body: JSON.stringify({ inputs: [tensor] }) };
    const response = await hub.fetch(`/v2/models/${MODEL}/infer`, init);
    const answer = (await response.json()) as {
      parameters: { prediction_ids: string };
      outputs: { name: string; data: string[] }[];
    };
    const given = answer.parameters.prediction_ids.split(',');
    const labels = answer.outputs.find(({ name }) => name === 'label')!.data;
    const kept = (await predictions({}, { first: 2 })).predictions.toReversed();
    expect(kept).toMatchObject(
      pictures.map((picture, i) => ({
        ...{ id: given[i], version: 1, label: labels[i], inputHash: sha256(picture), thumbnail: null },
      })),
    );
    for (const picture of pictures) expect(existsSync(blobFile(hub.data, sha256(picture)))).toBe(false);
    await hub.ask('give-feedback', { predictionId: given[1], label: 'red' });
    expect((await predictions({}, { first: 1 })).predictions).toMatchObject([{ id: given[1], rightLabel: 'red' }]);
  });

  it('is off again when its share is 0, and all of that is in the audit', async () => {
    await setLog({ sample: 0, reason: 'enough' });
    expect((await classify(photos[0]!)).predictionId).toBeNull();
    const filter = { model: MODEL, actions: ['PREDICTION_LOG_CHANGED'] };
    const { auditEvents } = await hub.ask<{ auditEvents: { events: object[] } }>('audit-events', { filter });
    expect(auditEvents.events.at(0)).toMatchObject({ reason: 'enough' });
    expect(auditEvents.events.at(-1)).toMatchObject({ from: null, reason: 'test' });
  });
});
