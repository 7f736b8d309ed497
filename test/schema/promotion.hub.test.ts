import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { colourPhoto } from '../support/colour-images.js';
import { runHub } from '../support/command.js';
import { type HubUser, requestText } from '../support/hub-user.js';
import { copyVersions, WORSE } from '../support/model-copies.js';
import { datasetVersionRow, runRow } from '../support/run-rows.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

interface AuditAnswer {
  readonly auditEvents: {
    readonly events: readonly { readonly number: number; readonly action: string; readonly requestId: string }[];
    readonly next: number | null;
  };
}

let hub: HubWithColours;
/** Two people. */
let ann: HubUser;
let bob: HubUser;

/** Models whose version 1 is good and whose version 2 is not. Each test takes its own. */
const models = Array.from({ length: 20 }, (_, i) => `model-${i + 1}`);

/** Figures of a calibration, which tests of rules do not compare. */
const CALIBRATED = {
  ...{ temperature: 1, eceBefore: 0, eceAfter: 0, validationImages: 6, testImages: 24, heldOut: true },
  ...{ outlierDistance: 1, falseAlarmRate: 0.05, testFalseAlarmRate: 0.05 },
};

/** The version of the dataset "gone", and its run. */
const deleted = { id: '', run: '' };

beforeAll(async () => {
  hub = await TestHub.startWithColours({
    rows: async (client) => {
      for (const model of models) await copyVersions(client, model);
      await copyVersions(client, 'tuned', [{}, { ...WORSE, figures: CALIBRATED }]);
      deleted.id = await datasetVersionRow(client, 'gone');
      deleted.run = await runRow(client, deleted.id, { state: 'SUCCEEDED' });
    },
  });
  const person = async (name: string): Promise<HubUser> =>
    hub.as((await hub.createToken({ name, role: 'MAINTAINER' })).secret);
  [ann, bob] = [await person('ann'), await person('bob')];
});
afterAll(() => hub.remove());

/** A model that no other test uses. Ann promotes the given versions to production in turn. */
async function newModel(...promoted: readonly number[]): Promise<string> {
  const model = models.pop()!;
  for (const version of promoted) await promote(ann, model, version, 'before', { overrideGate: true });
  return model;
}

/** Why a request of test/requests is refused. */
async function refusal(user: HubUser, request: string, variables: object): Promise<{ code: unknown; message: string }> {
  const { errors } = await user.post(await requestText(request), { ...variables });
  expect(errors, request).toHaveLength(1);
  return { code: errors![0]!.extensions.code, message: errors![0]!.message };
}

/** The version that answers. */
async function serving(model: string): Promise<number> {
  const photo = await colourPhoto('red', 1);
  const answer = await hub.send<{ classify: { modelVersion: number } }>('classify', 'image', photo, { model });
  return answer.classify.modelVersion;
}

const promote = (user: HubUser, model: string, version: number, reason: string, more = {}): Promise<unknown> =>
  user.ask('promote', { model, version, reason, ...more });
const setGate = (model: string, rules: unknown, reason = 'test'): Promise<unknown> =>
  hub.ask('set-gate', { model, rules, reason });

/** Rules of which version 2 fails the first and the last. */
const STRICT = [{ kind: 'THRESHOLD', limit: 0.999 }, { kind: 'CALIBRATED' }, { kind: 'NOT_WORSE', limit: 0.01 }];

describe('a promotion', () => {
  it('can be looked at beforehand', async () => {
    const model = await newModel();
    expect(await ann.ask('check-promotion', { model, version: 1 })).toEqual({
      checkPromotion: {
        present: null,
        checks: [expect.objectContaining({ rule: 'measured on a test split', passed: true })],
        needsOverride: false,
        notReady: null,
        needsSecondPerson: false,
      },
    });
    await promote(ann, model, 1, 'the first');
    expect(await ann.ask('check-promotion', { model, version: 2 })).toMatchObject({
      checkPromotion: { present: 1, needsOverride: true },
    });
    expect(await ann.ask('check-promotion', { model, version: 2, alias: 'candidate' })).toMatchObject({
      checkPromotion: { present: null, checks: [], needsOverride: false },
    });
  });

  it('is refused with all that failed of the rules that the model has', async () => {
    const model = 'tuned';
    await promote(ann, model, 1, 'before');
    expect(await setGate(model, STRICT, 'strict')).toMatchObject({
      setGate: { gate: [{ kind: 'THRESHOLD', metric: 'TEST_ACCURACY', limit: 0.999 }, { kind: 'CALIBRATED' }, {}] },
    });
    const { code, message } = await refusal(ann, 'promote', { model, version: 2, reason: 'new' });
    expect(code).toBe('GATE_REFUSED');
    expect(message).toMatch(
      /^The gate refuses version 2 of tuned\. high enough: .+ the minimum is 99\.90%\. not worse than production: /,
    );
    expect(message).not.toContain('calibrated');
    expect(await serving(model)).toBe(1);
  });

  it('can be bound to the accuracy of each class, which only trained versions have', async () => {
    const model = await newModel(1);
    await setGate(model, [
      { kind: 'CLASS_NOT_WORSE', limit: 0.02 },
      { kind: 'CLASS_THRESHOLD', limit: 0.9 },
    ]);
    expect(await ann.ask('check-promotion', { model, version: 1 })).toMatchObject({
      checkPromotion: {
        checks: [
          { passed: true, detail: expect.stringMatching(/^(red|green|blue): version 1 is right about 100\.00%/) },
        ],
      },
    });
    const detail = expect.stringMatching(/^The accuracy of version 2 by class is not known/);
    expect(await ann.ask('check-promotion', { model, version: 2 })).toMatchObject({
      checkPromotion: {
        checks: [
          { rule: 'no class worse than production', passed: false, detail },
          { rule: 'every class good enough', passed: false, detail },
        ],
      },
    });
  });

  it.each([
    ['no reason', { reason: ' ' }, /^reason must say why\.$/],
    [
      'a limit below 0',
      { rules: [{ kind: 'THRESHOLD', limit: -1 }], reason: 'x' },
      /^rules\[0\]\.limit must be 0 or more; -1 was received\.$/,
    ],
    [
      'too many rules',
      { rules: Array.from({ length: 21 }, () => ({ kind: 'MEASURED' })), reason: 'x' },
      /^\$rules must have 0 to 20 items; it has 21\.$/,
    ],
  ])('keeps its rules when they are to be changed with %s', async (_, given, message) => {
    const model = await newModel(1);
    await setGate(model, STRICT);
    expect(await refusal(hub, 'set-gate', { model, ...given })).toEqual({
      code: 'BAD_INPUT',
      message: expect.stringMatching(message),
    });
    expect(await ann.ask('check-promotion', { model, version: 2 })).toMatchObject({
      checkPromotion: {
        checks: [{ rule: 'high enough' }, { rule: 'calibrated' }, { rule: 'not worse than production' }],
      },
    });
  });

  it('that overrides the gate needs a reason, which is kept', async () => {
    const model = await newModel(1);
    expect(await refusal(ann, 'promote', { model, version: 2, reason: '  ', overrideGate: true })).toMatchObject({
      code: 'BAD_INPUT',
      message: 'reason must say why.',
    });
    expect(await serving(model)).toBe(1);
    await promote(ann, model, 2, 'the camera changed', { overrideGate: true });
    expect(await serving(model)).toBe(2);
  });

  it('is rolled back to the version before, without the gate', async () => {
    const model = await newModel(1, 2);
    await setGate(model, [{ kind: 'THRESHOLD', metric: 'TEST_LOSS', limit: 0 }]);
    expect(await refusal(ann, 'roll-back', { model, reason: 'worse', expectedVersion: 1 })).toMatchObject({
      code: 'CONFLICT',
    });
    expect(await ann.ask('roll-back', { model, reason: 'worse', expectedVersion: 2 })).toEqual({
      rollBack: { number: 1, aliases: ['production'] },
    });
    expect(await serving(model)).toBe(1);
  });

  it('is rolled back to the version before, also when the present one was promoted twice', async () => {
    const model = await newModel(1, 2);
    await promote(ann, model, 2, 'once more');
    expect(await ann.ask('roll-back', { model, reason: 'worse' })).toMatchObject({ rollBack: { number: 1 } });
    expect(await serving(model)).toBe(1);
  });

  it('cannot be rolled back where there is nothing before', async () => {
    const model = await newModel();
    const candidate = { model, alias: 'candidate', reason: 'x' };
    const request = 'mutation ($input: RollBackInput!) { rollBack(input: $input) { number } }';
    const none = await ann.post(request, { input: candidate });
    expect(none.errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
    await promote(ann, model, 2, 'to look at', { alias: 'candidate' });
    const only = await ann.post(request, { input: candidate });
    expect(only.errors).toMatchObject([
      {
        message: `candidate of ${model} pointed to no version before its last move; there is no version to roll back to.`,
      },
    ]);
  });
});

/** Has a second person approve what goes to production, where only measured versions go. */
async function needSecondPerson(model: string): Promise<void> {
  await hub.ask('set-approval', { model, secondPerson: true, reason: 'two pairs of eyes' });
  await setGate(model, [{ kind: 'MEASURED' }]);
}

/** Ann requests a promotion. @returns its id. */
async function request(model: string, version: number, reason: string): Promise<string> {
  const variables = { model, version, reason };
  const answer = await ann.ask<{ requestPromotion: { id: string; state: string } }>('request-promotion', variables);
  expect(answer.requestPromotion.state).toBe('WAITING');
  return answer.requestPromotion.id;
}

describe('where a second person approves', () => {
  async function guardedModel(...promoted: readonly number[]): Promise<string> {
    const model = await newModel(...promoted);
    await needSecondPerson(model);
    return model;
  }

  it('nobody requests what needs no second person', async () => {
    const model = await newModel(1);
    const needless = await refusal(ann, 'request-promotion', { model, version: 1, reason: 'x' });
    expect(needless).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('needs no second person') });
  });

  it('a promotion is refused, also over the gate, and can be requested', async () => {
    const model = await guardedModel(1);
    for (const overrideGate of [false, true]) {
      expect(await refusal(ann, 'promote', { model, version: 2, reason: 'x', overrideGate })).toMatchObject({
        code: 'APPROVAL_NEEDED',
      });
    }
    expect(await ann.ask('check-promotion', { model, version: 2 })).toMatchObject({
      checkPromotion: { needsSecondPerson: true },
    });
    await request(model, 2, 'ready');
    expect(await serving(model)).toBe(1);
    expect(await refusal(ann, 'request-promotion', { model, version: 2, reason: 'again' })).toMatchObject({
      code: 'CONFLICT',
    });
  });

  it('whoever requested it cannot approve it, nor a token for another model', async () => {
    const model = await guardedModel(1);
    const id = await request(model, 2, 'ready');
    expect(await refusal(ann, 'approve-promotion', { id, reason: 'my own' })).toMatchObject({
      code: 'FORBIDDEN',
      message: 'A second person must approve this promotion; this token requested it.',
    });
    const { secret } = await hub.createToken({ name: 'stranger', role: 'MAINTAINER', model: 'other' });
    expect(await refusal(hub.as(secret), 'approve-promotion', { id, reason: 'x' })).toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await serving(model)).toBe(1);
  });

  it('somebody else approves it, once, and the audit has both', async () => {
    const model = await guardedModel(1);
    await promote(ann, model, 2, 'to look at', { alias: 'candidate' });
    const id = await request(model, 2, 'ready');
    const answer = await bob.ask('approve-promotion', { id, reason: 'looked at it' });
    expect(answer).toEqual({
      approvePromotion: {
        state: 'APPROVED',
        requestedBy: 'ann',
        decidedBy: 'bob',
        decision: 'looked at it',
        version: { number: 2, aliases: ['candidate', 'production'] },
      },
    });
    expect(await serving(model)).toBe(2);
    for (const decision of ['approve-promotion', 'reject-promotion']) {
      expect(await refusal(bob, decision, { id, reason: 'again' })).toMatchObject({ code: 'CONFLICT' });
    }
    const moved = await events({ model, actions: ['ALIAS_MOVED'], actor: 'bob' });
    expect(moved.auditEvents.events).toMatchObject([
      { action: 'ALIAS_MOVED', details: { requestedBy: 'ann', decision: 'looked at it' } },
    ]);
  });

  it('what was rejected stays as it is', async () => {
    const model = await guardedModel(1, 2);
    const rejected = await request(model, 1, 'back');
    expect(await bob.ask('reject-promotion', { id: rejected, reason: 'no' })).toMatchObject({
      rejectPromotion: { state: 'REJECTED', decidedBy: 'bob', decision: 'no' },
    });
    expect(await serving(model)).toBe(2);
  });

  it('a request is not approved when the alias has moved, or when the gate refuses by now', async () => {
    const model = await guardedModel(1, 2);
    const stale = await request(model, 1, 'back');
    await ann.ask('roll-back', { model, reason: 'at once' });
    expect(await refusal(bob, 'approve-promotion', { id: stale, reason: 'ok' })).toMatchObject({ code: 'CONFLICT' });
    await bob.ask('reject-promotion', { id: stale, reason: 'stale' });
    const late = await request(model, 2, 'again');
    await setGate(model, null);
    expect(await refusal(bob, 'approve-promotion', { id: late, reason: 'ok' })).toMatchObject({ code: 'GATE_REFUSED' });
    expect(await serving(model)).toBe(1);
    const list = await ann.ask<{ promotionRequests: unknown[] }>('promotion-requests', { model, state: 'WAITING' });
    expect(list.promotionRequests).toMatchObject([{ id: late, requestedBy: 'ann', version: { number: 2 } }]);
  });

  it('hub promotion lists and decides', async () => {
    const model = await guardedModel(1);
    await request(model, 2, 'ready');
    const at = ['--url', hub.url, '--token', bob.token];
    const listed = await runHub('promotion', 'list', '--model', model, ...at, '--json');
    const [{ id: waiting }] = JSON.parse(listed.stdout).promotionRequests as [{ id: string }];
    expect(await runHub('promotion', 'reject', waiting, '--reason', 'no', ...at)).toMatchObject({ code: 0 });
    const asked = await runHub('promote', model, '1', '--request', '--reason', 'as it is', ...at);
    expect(asked, asked.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${model} version 1 needs approval as production`),
    });
  });
});

const events = (filter: object, more: object = {}): Promise<AuditAnswer> =>
  hub.ask<AuditAnswer>('audit-events', { filter, ...more });

describe('the audit', () => {
  it('has every change in order, with who, what, from, to, why and the request', async () => {
    const model = await newModel();
    await promote(ann, model, 1, 'the first');
    await setGate(model, STRICT, 'strict');
    await promote(ann, model, 2, 'the camera changed', { overrideGate: true });
    await ann.ask('roll-back', { model, reason: 'worse' });
    await setGate(model, null);
    await promote(ann, model, 2, 'to look at', { alias: 'candidate' });
    await needSecondPerson(model);
    await bob.ask('approve-promotion', { id: await request(model, 2, 'ready'), reason: 'looked at it' });
    await bob.ask('reject-promotion', { id: await request(model, 1, 'back'), reason: 'no' });

    const { auditEvents } = await events({ model }, { first: 200 });
    const told = auditEvents.events.map((event) => {
      const { action, actor, from, to, reason } = event as unknown as Record<string, string>;
      return [action, actor, from, to, reason];
    });
    expect(told.toReversed().slice(0, 6)).toEqual([
      ['ALIAS_MOVED', 'ann', null, '1', 'the first'],
      ['GATE_CHANGED', 'first', expect.stringContaining('MEASURED'), expect.stringContaining('THRESHOLD'), 'strict'],
      ['ALIAS_MOVED', 'ann', '1', '2', 'the camera changed'],
      ['ALIAS_ROLLED_BACK', 'ann', '2', '1', 'worse'],
      ['GATE_CHANGED', 'first', expect.stringContaining('THRESHOLD'), expect.stringContaining('SAME_DATASET'), 'test'],
      ['ALIAS_MOVED', 'ann', null, '2', 'to look at'],
    ]);
    expect(told).toContainEqual(['APPROVAL_CHANGED', 'first', 'false', 'true', 'two pairs of eyes']);
    expect(told).toContainEqual(['ALIAS_MOVED', 'bob', '1', '2', 'ready']);
    expect(told).toContainEqual(['PROMOTION_REJECTED', 'bob', '2', '1', 'no']);
    for (const { requestId } of auditEvents.events) expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('is read page by page, and by time', async () => {
    for (let i = 0; i < 16; i++) await setGate('colours', null);
    const numbers: number[] = [];
    for (let after: number | null = null; ; ) {
      const { auditEvents }: AuditAnswer = await events({}, { first: 3, after });
      numbers.push(...auditEvents.events.map(({ number }) => number));
      after = auditEvents.next;
      if (after === null) break;
    }
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, i) => numbers.length - i));
    expect(numbers.length).toBeGreaterThan(15);
    const later = await events({ since: '2100-01-01T00:00:00Z' });
    expect(later.auditEvents.events).toEqual([]);
  });

  it('knows what was deleted', async () => {
    const { id, run } = deleted;
    await ann.ask('delete-run', { id: run });
    await ann.ask('delete-dataset-version', { id });
    await ann.ask('delete-dataset', { name: 'gone' });
    const { auditEvents } = await events({ actor: 'ann' }, { first: 3 });
    expect(auditEvents.events).toMatchObject([
      { action: 'DATASET_DELETED', subject: 'gone' },
      { action: 'DATASET_VERSION_DELETED', subject: 'gone 1', details: { id } },
      { action: 'RUN_DELETED', subject: `run ${run}`, details: { state: 'SUCCEEDED' } },
    ]);
  });

  it('is verified from the terminal', async () => {
    await hub.ask('create-dataset', { name: 'passing' });
    await ann.ask('delete-dataset', { name: 'passing' });
    const { auditChain } = await hub.ask<{ auditChain: { intact: number; lastHash: string } }>('audit-chain');
    const at = ['--url', hub.url, '--data', hub.data];
    const verified = await runHub('audit', 'verify', ...at);
    expect(verified, verified.stderr).toMatchObject({ code: 0 });
    expect(verified.stdout).toContain(auditChain.lastHash);
    const listed = await runHub('audit', 'list', '--first', '1', ...at);
    expect(listed.stdout).toMatch(new RegExp(`^ *${auditChain.intact} .+ann +DATASET_DELETED +passing`, 'm'));
  });
});
