import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { PrismaClient } from '../../src/storage/database.js';
import { type Colour, colourPhoto } from '../support/colour-images.js';
import { runHub } from '../support/command.js';
import { PATIENTLY } from '../support/hub-user.js';
import { inDatabase } from '../support/in-database.js';
import { refused } from '../support/refused.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const model = 'colours';
let hub: HubWithColours;
let seed = 90_000;

beforeAll(async () => {
  // Rounds of the rule "halted" cannot be written as promoted or requested.
  const rows = async (client: PrismaClient): Promise<void> => {
    await client.$executeRawUnsafe(`CREATE FUNCTION halt() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF (SELECT name FROM retraining_rules WHERE id = NEW.rule_id) = 'halted' THEN RAISE 'halted as %', NEW.state; END IF;
      RETURN NEW; END $$`);
    await client.$executeRawUnsafe(`CREATE TRIGGER halt BEFORE UPDATE ON retraining_rounds FOR EACH ROW
      WHEN (NEW.state IN ('PROMOTED', 'REQUESTED')) EXECUTE FUNCTION halt()`);
  };
  hub = await TestHub.startWithColours({ ruleInterval: 100, versionWork: true, rows });
  await hub.ask('set-prediction-log', { model, sample: 1, keepPhotos: true, reason: 'test' });
});
afterAll(() => hub.remove());
afterEach(async () => {
  for (const { name } of await rules())
    await hub.ask('delete-retraining-rule', { input: { model, name, reason: 'test' } });
});

interface Round {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly datasetVersionId: string | null;
  readonly judgedPhotos: number;
  readonly version: number | null;
  readonly outcome: string | null;
}

interface Rule {
  readonly id: string;
  readonly name: string;
  readonly owner: { readonly name: string };
  readonly outlook: { readonly measured: number | null; readonly isReached: boolean; starts: boolean; text: string };
  readonly rounds: readonly Round[];
}

const rules = async (): Promise<readonly Rule[]> =>
  (await hub.ask<{ retrainingRules: readonly Rule[] }>('retraining-rules', { model })).retrainingRules;

async function find(name: string): Promise<Rule> {
  const found = (await rules()).find((rule) => rule.name === name);
  if (!found) throw new Error(`no rule ${name}`);
  return found;
}

/** Rules of tests train heads only, a round at each judged photo. */
const save = async (name: string, input: object = {}): Promise<Rule> =>
  (
    await hub.ask<{ saveRetrainingRule: Rule }>('save-retraining-rule', {
      input: {
        ...{ model, name, mode: 'ON', trigger: 'JUDGED_PHOTOS', threshold: 1, pipeline: 'transfer', startsPerWeek: 50 },
        ...{ reason: 'test', ...input },
      },
    })
  ).saveRetrainingRule;

async function judge(colour: Colour, label: string): Promise<void> {
  const photo = await colourPhoto(colour, seed++);
  const { classify } = await hub.send<{ classify: { predictionId: string } }>('classify', 'image', photo, { model });
  await hub.ask('give-feedback', { predictionId: classify.predictionId, label });
}

/** The newest round of a rule, once it is in one of the states. */
async function roundOf(name: string, state: RegExp): Promise<Round> {
  await expect.poll(async () => (await find(name)).rounds[0]?.state, PATIENTLY).toMatch(state);
  return (await find(name)).rounds[0] as Round;
}

const gate = (...given: object[]): Promise<unknown> => hub.ask('set-gate', { model, rules: given, reason: 'test' });
const PASSED_BY_ALL = { kind: 'THRESHOLD', metric: 'TEST_ACCURACY', limit: 0 };
const PASSED_BY_NONE = { kind: 'THRESHOLD', metric: 'TEST_LOSS', limit: 0 };

const stateOf = async (name: string): Promise<string | undefined> => (await find(name)).rounds[0]?.state;

it('says in dry runs what it would start, and starts nothing', async () => {
  await judge('red', 'red');
  const before = await hub.client.request<{ runs: { totalCount: number } }>('{ runs { totalCount } }');
  await save('dry', { mode: 'DRY_RUN', startsPerWeek: 1 });
  const round = await roundOf('dry', /DRY_RUN/);
  expect(round).toMatchObject({ datasetVersionId: null, outcome: 'A dry run: nothing was started.' });
  expect(round.reason).toMatch(
    /^1 kept photo was judged; a round starts at 1\. It would start the pipeline transfer on version 1 of colours, with the judged photos\.$/,
  );
  await judge('green', 'green');
  const { outlook } = await find('dry');
  expect(outlook).toMatchObject({ measured: 1, isReached: true, starts: false });
  expect(outlook.text).toContain('Its budget is spent: 1 of 1 round in the last 7 days.');
  expect(await hub.client.request('{ runs { totalCount } }')).toEqual(before);
  await hub.ask('switch-retraining-rule', { input: { model, name: 'dry', mode: 'OFF', reason: 'test' } });
  // Switched on, it would start at once: dry runs cost neither the budget nor the photos.
  expect((await find('dry')).outlook).toMatchObject({ measured: 2, isReached: true });
});

it('adds judged photos, trains, and registers what passes the gate, as the audit says', async () => {
  await gate(PASSED_BY_ALL);
  const { owner } = await save('learns');
  expect(owner).toEqual({ name: 'first' });
  const round = await roundOf('learns', /REGISTERED|FAILED|REFUSED/);
  expect(round).toMatchObject({ state: 'REGISTERED', judgedPhotos: 2, version: 2 });
  expect(round.datasetVersionId).not.toBe(hub.datasetVersionId);
  const { runs } = await hub.client.request<{ runs: { edges: { node: object }[] } }>(
    `{ runs(filter: { pipelineId: "${round.id}" }) { edges { node { id name note state owner { name } datasetVersion { id } } } } }`,
  );
  expect(runs.edges.map(({ node }) => node)).toMatchObject([
    {
      ...{ name: 'rule learns', note: round.reason, state: 'SUCCEEDED', owner: { name: 'rule learns' } },
      datasetVersion: { id: round.datasetVersionId },
    },
  ]);
  const { auditEvents } = await hub.ask<{ auditEvents: { events: { action: string }[] } }>('audit-events', {
    filter: { actor: 'rule learns' },
  });
  expect(auditEvents.events.map(({ action }) => action).toReversed()).toEqual([
    'RETRAINING_STARTED',
    'DATASET_VERSION_CREATED',
    'RUN_STARTED',
    'MODEL_VERSION_REGISTERED',
  ]);
  const { rounds, outlook } = await find('learns');
  expect(rounds).toHaveLength(1);
  expect(outlook).toMatchObject({ measured: 0, isReached: false, starts: false });
});

it('registers nothing that the gate refuses', async () => {
  await gate(PASSED_BY_NONE);
  await judge('blue', 'blue');
  await save('refused');
  const { outcome, version } = await roundOf('refused', /REFUSED|REGISTERED|FAILED/);
  expect(version).toBeNull();
  expect(outcome).toMatch(
    /^The run \S+ has a test accuracy of \d+\.\d\d%\. The gate would refuse it: Version 3 has a loss of /,
  );
});

it('promotes once the version is ready, and asks a second person where the model needs one', async () => {
  await gate(PASSED_BY_ALL);
  await judge('blue', 'blue');
  await save('promotes', { action: 'PROMOTE' });
  const { version } = await roundOf('promotes', /PROMOTED|REFUSED|FAILED/);
  expect(await hub.client.request('{ model(name: "colours") { aliases { name version { number } } } }')).toEqual({
    model: { aliases: [{ name: 'production', version: { number: version } }] },
  });
  await hub.ask('set-approval', { model, secondPerson: true, reason: 'test' });
  await judge('red', 'red');
  expect(await roundOf('promotes', /REQUESTED|REFUSED|FAILED/)).toMatchObject({
    ...{ state: 'REQUESTED', version: (version as number) + 1 },
    outcome: `The promotion of version ${(version as number) + 1} waits for a second person.`,
  });
  const { promotionRequests } = await hub.client.request<{ promotionRequests: { id: string; requestedBy: string }[] }>(
    '{ promotionRequests(model: "colours", state: WAITING) { id requestedBy } }',
  );
  const [request] = promotionRequests as [{ id: string; requestedBy: string }];
  expect(request.requestedBy).toBe('rule promotes');
  const approve = (by = hub as Pick<HubWithColours, 'ask'>) =>
    by.ask('approve-promotion', { id: request.id, reason: 'ok' });
  expect(await refused(approve())).toMatchObject({ code: 'FORBIDDEN' }); // who made the rule is no second person
  const { secret } = await hub.createToken({ name: 'second', role: 'MAINTAINER', model: null });
  await approve(hub.as(secret));
  await hub.ask('set-approval', { model, secondPerson: false, reason: 'test' });
});

it('moves production, and requests that, only together with its round, which a person may just have canceled', async () => {
  await gate(PASSED_BY_ALL);
  const holder = async () => hub.client.request('{ model(name: "colours") { aliases { name version { number } } } }');
  const before = await holder();
  await judge('green', 'green');
  await save('halted', { action: 'PROMOTE' });
  await roundOf('halted', /PROMOTING|FAILED|REFUSED/);
  const failures = (state: string) =>
    hub.log.filter((line) => line.msg === 'a rule failed' && JSON.stringify(line).includes(`halted as ${state}`))
      .length;
  await expect.poll(() => failures('PROMOTED'), PATIENTLY).toBeGreaterThan(0);
  expect(await stateOf('halted')).toBe('PROMOTING');
  expect(await holder()).toEqual(before);
  await hub.ask('set-approval', { model, secondPerson: true, reason: 'test' });
  await expect.poll(() => failures('REQUESTED'), PATIENTLY).toBeGreaterThan(0);
  expect(await hub.client.request('{ promotionRequests(model: "colours", state: WAITING) { id } }')).toEqual({
    promotionRequests: [],
  });
  await hub.ask('cancel-retraining-round', { input: { model, name: 'halted', reason: 'test' } });
  expect(await stateOf('halted')).toBe('CANCELLED');
  expect(await holder()).toEqual(before);
  await hub.ask('set-approval', { model, secondPerson: false, reason: 'test' });
});

it('belongs to the token that saved or switched it last, and starts nothing once that is revoked', async () => {
  await gate(PASSED_BY_ALL);
  await save('passed-on', { mode: 'OFF', action: 'PROMOTE' });
  const bob = await hub.createToken({ name: 'bob', role: 'MAINTAINER', model: null });
  await hub.ask('set-approval', { model, secondPerson: true, reason: 'test' });
  await judge('blue', 'blue');
  const on = { model, name: 'passed-on', mode: 'ON', reason: 'test' };
  await hub.as(bob.secret).ask('switch-retraining-rule', { input: on });
  await roundOf('passed-on', /REQUESTED|REFUSED|FAILED/);
  const { promotionRequests } = await hub.client.request<{ promotionRequests: { id: string }[] }>(
    '{ promotionRequests(model: "colours", state: WAITING) { id } }',
  );
  const approval = { id: promotionRequests[0]!.id, reason: 'ok' };
  expect(await refused(hub.as(bob.secret).ask('approve-promotion', approval))).toMatchObject({ code: 'FORBIDDEN' });
  await hub.ask('reject-promotion', approval);
  await hub.ask('set-approval', { model, secondPerson: false, reason: 'test' });
  await hub.ask('revoke-token', { id: bob.id });
  await judge('blue', 'blue');
  const { outlook } = await find('passed-on');
  expect(outlook).toMatchObject({ isReached: true, starts: false });
  expect(outlook.text).toContain('The token bob is revoked, which saved or switched it last: save it again.');
});

it('ends a round whose run is canceled, and goes on after a restart', async () => {
  await judge('green', 'green');
  await save('canceled', { pipeline: 'seed' });
  const { id } = await roundOf('canceled', /TRAINING/);
  const other = await save('other', { threshold: 1 });
  expect(other.outlook.text).toContain(
    'A round of the rule canceled is in progress: the hub runs one per model at a time.',
  );
  await hub.ask('switch-retraining-rule', { input: { model, name: 'other', mode: 'OFF', reason: 'test' } });
  await hub.stop();
  await hub.start();
  const { runs } = await hub.client.request<{ runs: { edges: { node: { id: string } }[] } }>(
    `{ runs(filter: { pipelineId: "${id}" }) { edges { node { id } } } }`,
  );
  expect(runs.edges).toHaveLength(3);
  const last = runs.edges[0] as { node: { id: string } };
  await hub.ask('cancel-run', { id: last.node.id });
  const { outcome } = await roundOf('canceled', /FAILED|REGISTERED/);
  expect(outcome).toBe(`The run ${last.node.id} is CANCELLED.`);
  expect((await find('other')).outlook).toMatchObject({ isReached: true, starts: false });
  expect((await find('other')).outlook.text).toContain('The rule is off.');
});

it('is stopped by a person who cancels its round: its runs end, and the history and the audit say who did it', async () => {
  await judge('red', 'red');
  await save('stopped', { pipeline: 'seed' });
  const { id } = await roundOf('stopped', /TRAINING/);
  const input = { model, name: 'stopped', reason: 'wrong labels' };
  const { cancelRetrainingRound } = await hub.ask<{ cancelRetrainingRound: Round }>('cancel-retraining-round', {
    input,
  });
  const canceled = { id, state: 'CANCELLED', outcome: 'first canceled it: wrong labels' };
  expect(cancelRetrainingRound).toMatchObject(canceled);
  const runs = `{ runs(filter: { pipelineId: "${id}" }) { edges { node { state } } } }`;
  const statesOf = async (): Promise<string[]> =>
    (await hub.client.request<{ runs: { edges: { node: { state: string } }[] } }>(runs)).runs.edges.map(
      ({ node }) => node.state,
    );
  await expect.poll(statesOf, PATIENTLY).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED']);
  expect((await find('stopped')).rounds, 'the hub has not started another one').toMatchObject([canceled]);
  const { auditEvents } = await hub.ask<{ auditEvents: { events: object[] } }>('audit-events', {
    filter: { actions: ['RETRAINING_CANCELLED'] },
  });
  expect(auditEvents.events[0]).toMatchObject({ actor: 'first', subject: 'rule stopped', reason: 'wrong labels' });
  const again = await runHub(
    'rule',
    'cancel',
    model,
    'stopped',
    '--reason',
    'test',
    '--url',
    hub.url,
    '--token',
    hub.token,
  );
  expect(again.stderr).toContain('No round of the rule stopped is in progress.');
});

it('trains on the data of a canceled round again, and cancels runs that a hub left when it died', async () => {
  await gate(PASSED_BY_ALL);
  await judge('green', 'green');
  const { id: ruleId } = await save('again', { pipeline: 'seed' });
  const first = await roundOf('again', /TRAINING/);
  const input = { model, name: 'again', reason: 'test' };
  await hub.ask('cancel-retraining-round', { input });
  await save('again', { pipeline: 'seed', trigger: 'SCHEDULE', threshold: 2 });
  const startedAt = new Date(Date.now() - 3 * 24 * 3_600_000);
  await hub.inDatabase((client) => client.retrainingRound.updateMany({ where: { ruleId }, data: { startedAt } }));
  const second = await roundOf('again', /TRAINING|FAILED/);
  expect(second).toMatchObject({ state: 'TRAINING', datasetVersionId: first.datasetVersionId });
  const { id } = second;
  await hub.inDatabase((client) =>
    client.retrainingRound.update({ where: { id }, data: { state: 'CANCELLED', endedAt: new Date() } }),
  );
  expect(await hub.ask('cancel-retraining-round', { input })).toMatchObject({
    cancelRetrainingRound: { id, state: 'CANCELLED' },
  });
  const runs = `{ runs(filter: { pipelineId: "${id}" }) { edges { node { state } } } }`;
  const lastState = async (): Promise<string | undefined> =>
    (await hub.client.request<{ runs: { edges: { node: { state: string } }[] } }>(runs)).runs.edges[0]?.node.state;
  await expect.poll(lastState, PATIENTLY).toBe('CANCELLED');
});

it('is listed in the terminal in words, with the singular', async () => {
  for (const [name, given] of Object.entries({
    daily: { trigger: 'SCHEDULE', threshold: 1 },
    hourly: { trigger: 'SCHEDULE', threshold: 0.042 },
    weekly: { trigger: 'SCHEDULE', threshold: 7 },
    'each-photo': { threshold: 1 },
    'ten-photos': { threshold: 10 },
  }))
    await save(name, { ...given, mode: 'OFF' });
  const { stdout, stderr } = await runHub('rule', 'list', model, '--url', hub.url, '--token', hub.token);
  for (const line of [
    'daily  .* every day ',
    'hourly  .* every hour ',
    'weekly  .* every week ',
    'each-photo  .* a judged photo ',
    'ten-photos  .* 10 judged photos ',
  ])
    expect(stdout, stderr).toMatch(new RegExp(line));
});

it('starts by schedule, and refuses data that production has learned from already', async () => {
  await save('nightly', { trigger: 'SCHEDULE', threshold: 2, mode: 'OFF' });
  expect((await find('nightly')).outlook).toMatchObject({ isReached: false });
  await hub.stop();
  await inDatabase(hub.data, (client) =>
    client.retrainingRule.updateMany({ data: { createdAt: new Date(Date.now() - 3 * 24 * 3_600_000) } }),
  );
  await hub.start();
  expect((await find('nightly')).outlook.text).toMatch(
    /^Time since the rule was made: 3 days; a round starts after 2 days\. The rule is off\.$/,
  );
  await hub.ask('switch-retraining-rule', { input: { model, name: 'nightly', mode: 'ON', reason: 'test' } });
  const round = await roundOf('nightly', /REGISTERED|REFUSED|FAILED/);
  expect((await find('nightly')).rounds).toHaveLength(1);
  expect(round.reason).toContain('the rule was made: 3 days;');
});

it('waits for the accuracy on judged photos to fall, and for drift', async () => {
  const { outlook } = await save('accuracy', { trigger: 'ACCURACY', threshold: 0.9, mode: 'DRY_RUN' });
  expect(outlook).toMatchObject({ measured: null, isReached: false });
  expect(outlook.text).toMatch(
    /^(Judged answers of version \d+: \d+; 30 are needed|No answer of version \d+ was kept in the last 30 days)\.$/,
  );
  for (let i = 0; i < 31; i++) await judge('green', i % 2 === 0 ? 'red' : 'green');
  const { reason, ...round } = await roundOf('accuracy', /DRY_RUN/);
  expect(round).toMatchObject({ state: 'DRY_RUN' });
  expect(reason).toMatch(/^Version \d+ was right about \d+\.\d% of \d+ judged photos; a round starts below 90\.0%\./);
  const drift = await save('drift', { trigger: 'DRIFT', threshold: 0.25, mode: 'DRY_RUN' });
  expect(drift.outlook).toMatchObject({ measured: null, isReached: false });
  expect(drift.outlook.text).toMatch(/is not calibrated|answers are too few/);
});

it.each<[string, object, string]>([
  ['a threshold of its trigger', { threshold: 0 }, 'The threshold of JUDGED_PHOTOS must be 1 to 1000000 photos; 0'],
  [
    'half a photo',
    { threshold: 1.5 },
    'The threshold of JUDGED_PHOTOS must be a whole number, 1 to 1000000 photos; 1.5',
  ],
  [
    'an accuracy in percent',
    { trigger: 'ACCURACY', threshold: 90 },
    'The threshold of ACCURACY must be 0.01 to 1; 90 was received.',
  ],
  [
    'a schedule by minutes',
    { trigger: 'SCHEDULE', threshold: 0.001 },
    'must be 0.042 (an hour) to 365 days; 0.001 was',
  ],
  ['another pipeline', { pipeline: 'fastest' }, 'There is no pipeline "fastest". Choose transfer, seed, quick, best.'],
  ['another backbone', { backbone: 'resnet' }, 'resnet'],
  ['images too small for it', { imageSize: 30 }, '30'],
  ['a budget of nothing', { startsPerWeek: 0 }, 'startsPerWeek must be 1 to 100; 0 was received.'],
  ['a name for people', { name: 'My rule' }, 'A name has 1 to 64 characters'],
])('refuses %s', async (_, input, message) => {
  await expect(save('bad', input)).rejects.toThrow(message);
  expect(await rules()).toEqual([]);
});

it('refuses rules of models that are not there, and unknown names', async () => {
  await expect(save('any', { model: 'nothing' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  for (const name of ['switch-retraining-rule', 'delete-retraining-rule']) {
    const input = { model, name: 'nothing', reason: 'test', ...(name.startsWith('switch') && { mode: 'ON' }) };
    await expect(hub.ask(name, { input })).rejects.toThrow('colours has no retraining rule named nothing.');
  }
});

it('keeps at most twenty rules of a model', async () => {
  for (let i = 0; i < 20; i++) await save(`rule-${i}`, { mode: 'OFF' });
  await expect(save('one-more', { mode: 'OFF' })).rejects.toThrow('colours has 20 retraining rules; 20 is the most.');
  await save('rule-3', { mode: 'OFF', threshold: 5 });
  expect(await stateOf('rule-3')).toBeUndefined();
});
