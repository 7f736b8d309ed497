import { readdir } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { HubClient } from '../../src/cli/client.js';
import { figuresOf, type RunAnswer, type RunEventAnswer, type RunPageAnswer } from '../support/answers.js';
import { requestText } from '../support/hub-user.js';
import { ENDLESS, HOPELESS, QUICK, SOME_SECONDS } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

const MISSING_ID = '00000000-0000-7000-8000-000000000000';

let hub: TestHub;
let datasetVersionId: string;
/** The run of the prepared data. */
let preparedId: string;

beforeAll(async () => {
  const colours = await TestHub.startWithColours();
  hub = colours;
  ({ datasetVersionId, runId: preparedId } = colours);
});
afterAll(() => hub.remove());

/** Long enough to be disturbed after its first epochs. */
const LONG = SOME_SECONDS;

const queue = (recipe: object, given: object = {}): Promise<string> =>
  hub.queue({ datasetVersionId, recipe, ...given });
const refusal = (request: string, variables: Record<string, unknown>): Promise<unknown> =>
  hub.ask(request, variables).then(
    () => 'not refused',
    ({ code, message }: { code: string; message: string }) => ({ code, message }),
  );

/** Waits until a run is in its training. */
async function begun(id: string): Promise<void> {
  for await (const { epoch } of hub.watch(id)) if (epoch) return;
}

async function cancel(id: string): Promise<void> {
  await hub.ask('cancel-run', { id });
  expect(await hub.ended(id)).toMatchObject({ state: 'CANCELLED' });
}

async function waiting(): Promise<string[]> {
  const { runs } = await hub.ask<RunPageAnswer>('runs', { filter: { states: ['QUEUED'] } });
  const inOrder = runs.runs.toSorted((a, b) => a.queuePosition! - b.queuePosition!);
  expect(inOrder.map(({ queuePosition }) => queuePosition)).toEqual(inOrder.map((_, i) => i + 1));
  return inOrder.map(({ id }) => id);
}

async function countBlobs(): Promise<number> {
  const files = await readdir(join(hub.data, 'blobs'), { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).length;
}

describe('runs of every state', () => {
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    ids.SUCCEEDED = preparedId;
    ids.FAILED = await queue(HOPELESS, { backbone: await hub.failingBackbone() });
    ids.RUNNING = await queue(ENDLESS);
    ids.QUEUED = await queue(HOPELESS);
    ids.CANCELLED = await queue(HOPELESS);
    await begun(ids.RUNNING);
    await cancel(ids.CANCELLED);
  });
  afterAll(async () => {
    await cancel(ids.RUNNING!);
    await hub.ended(ids.QUEUED!);
  });

  it.each<[string, string, string]>([
    ['SUCCEEDED', 'cancel-run', 'cannot be cancelled; it can be deleted'],
    ['FAILED', 'cancel-run', 'cannot be cancelled; it can be resumed or deleted'],
    ['CANCELLED', 'cancel-run', 'cannot be cancelled; it can be resumed or deleted'],
    ['QUEUED', 'resume-run', 'cannot be resumed; it can be cancelled or moved in the queue'],
    ['RUNNING', 'resume-run', 'cannot be resumed; it can be cancelled'],
    ['SUCCEEDED', 'resume-run', 'cannot be resumed; it can be deleted'],
    ['RUNNING', 'move-run', 'cannot be moved in the queue; it can be cancelled'],
    ['SUCCEEDED', 'move-run', 'cannot be moved in the queue; it can be deleted'],
    ['FAILED', 'move-run', 'cannot be moved in the queue; it can be resumed or deleted'],
    ['CANCELLED', 'move-run', 'cannot be moved in the queue; it can be resumed or deleted'],
    ['QUEUED', 'delete-run', 'cannot be deleted; it can be cancelled or moved in the queue'],
    ['RUNNING', 'delete-run', 'cannot be deleted; it can be cancelled'],
  ])('refuse a request that their state does not allow: %s, %s', async (state, request, why) => {
    const id = ids[state]!;
    expect(await refusal(request, { id })).toEqual({ code: 'CONFLICT', message: `The run is ${state} and ${why}.` });
    expect(await hub.run(id)).toMatchObject({ state });
  });

  it.each(['cancel-run', 'resume-run', 'move-run', 'delete-run'])(
    'refuse a request about a run that does not exist: %s',
    async (request) => {
      expect(await refusal(request, { id: MISSING_ID })).toEqual({
        code: 'NOT_FOUND',
        message: 'There is no run with this id.',
      });
    },
  );

  it('cannot be moved before a run that does not wait', async () => {
    const id = ids.QUEUED!;
    expect(await refusal('move-run', { id, before: ids.RUNNING })).toMatchObject({ code: 'CONFLICT' });
    expect(await refusal('move-run', { id, before: MISSING_ID })).toMatchObject({ code: 'NOT_FOUND' });
    expect(await refusal('move-run', { id, before: id })).toEqual({
      code: 'BAD_INPUT',
      message: 'A run cannot be moved before itself.',
    });
  });

  it('report their use of the machine while they train', async () => {
    for await (const { system } of hub.watch(ids.RUNNING!)) {
      if (!system) continue;
      expect(system.cpuShare).toBeGreaterThan(0);
      expect(system.cpuShare).toBeLessThanOrEqual(1);
      expect(system.memoryBytes).toBeGreaterThan(50e6);
      expect(system.freeMemoryBytes).toBeGreaterThan(0);
      break;
    }
  });
});

describe('the queue', () => {
  it('starts runs in its order, which can be changed', async () => {
    const working = await queue(ENDLESS);
    await begun(working);
    const [a, b, c] = [await queue(HOPELESS), await queue(HOPELESS), await queue(HOPELESS)];
    expect(await waiting()).toEqual([a, b, c]);
    expect(await hub.ask('move-run', { id: c, before: a })).toEqual({ moveRun: { id: c, queuePosition: 1 } });
    expect(await waiting()).toEqual([c, a, b]);
    expect(await hub.ask('move-run', { id: a })).toEqual({ moveRun: { id: a, queuePosition: 3 } });
    expect(await waiting()).toEqual([c, b, a]);
    const last = await queue(HOPELESS);
    expect(await waiting()).toEqual([c, b, a, last]);
    await cancel(working);
    const runs = await Promise.all([c, b, a, last].map((id) => hub.ended(id)));
    const began = runs.map(({ startedAt }) => Date.parse(startedAt!));
    expect(began).toEqual(began.toSorted((x, y) => x - y));
    expect(runs.map(({ queuePosition }) => queuePosition)).toEqual([null, null, null, null]);
  });

  it('is kept when the hub starts again, after the run that was under way', { timeout: 180_000 }, async () => {
    const working = await queue(LONG);
    await begun(working);
    const [a, b] = [await queue(HOPELESS), await queue(HOPELESS)];
    await hub.ask('move-run', { id: b, before: a });
    await hub.stop();
    await hub.start();
    const runs = await Promise.all([working, b, a].map((id) => hub.ended(id)));
    const ended = runs.map(({ endedAt }) => Date.parse(endedAt!));
    expect(ended).toEqual(ended.toSorted((x, y) => x - y));
    expect(runs[0]).toMatchObject({ state: 'SUCCEEDED', resumes: 0 });
  });
});

describe('a run that is resumed', () => {
  it('continues after its last checkpoint, with the numbers of an undisturbed run', { timeout: 240_000 }, async () => {
    const id = await queue(LONG);
    await begun(id);
    await cancel(id);
    const { epochs } = await hub.run(id);
    expect(epochs.length).toBeLessThan(LONG.epochs);
    expect(await hub.ask('resume-run', { id })).toMatchObject({ resumeRun: { id, resumes: 1 } });
    const run = await hub.ended(id);
    expect(run).toMatchObject({ state: 'SUCCEEDED', resumes: 1, error: null });
    expect(figuresOf(run)).toEqual(figuresOf(await hub.train({ datasetVersionId, recipe: LONG })));
    expect(run.epochs.slice(0, epochs.length)).toEqual(epochs);
    expect(run.log.map(({ message }) => message)).toContain(`Resumed after epoch ${epochs.length}.`);
  });

  it('continues its progress where it was, after a resume and after a restart of the hub', {
    timeout: 240_000,
  }, async () => {
    const id = await queue(LONG);
    const seen: NonNullable<RunEventAnswer['progress']>[] = [];
    const watch = async (until: (event: RunEventAnswer) => boolean): Promise<void> => {
      for await (const event of hub.watch(id, last)) {
        last = event.number;
        if (event.progress?.phase === 'TRAINING') seen.push(event.progress);
        if (until(event)) return;
      }
    };
    let last = 0;
    await watch(({ epoch }) => epoch?.epoch === 3);
    await cancel(id);
    await watch(({ state }) => state === 'CANCELLED');
    await hub.ask('resume-run', { id });
    const resumedAt = seen.length;
    await watch(() => seen.length > resumedAt);
    await hub.stop();
    await hub.start();
    await watch(({ state }) => state === 'SUCCEEDED');
    const done = seen.map((progress) => progress.done);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(new Set(seen.map(({ total }) => total)).size).toBe(1);
    expect(done.at(-1)).toBe(seen[0]?.total);
  });

  it('begins where it had not begun yet', async () => {
    const working = await queue(ENDLESS);
    await begun(working);
    const id = await queue(QUICK);
    await cancel(id);
    await cancel(working);
    await hub.ask('resume-run', { id });
    expect(figuresOf(await hub.ended(id))).toEqual(figuresOf(await hub.run(preparedId)));
  });

  it('loses its error, and may fail again', async () => {
    const { id, error } = await hub.train({
      datasetVersionId,
      recipe: HOPELESS,
      backbone: await hub.failingBackbone(),
    });
    expect(await hub.ask('resume-run', { id })).toMatchObject({ resumeRun: { id, resumes: 1 } });
    const run = await hub.ended(id);
    expect(run).toMatchObject({ state: 'FAILED', resumes: 1, error });
    const states: unknown[] = [];
    for await (const { state } of hub.watch(id)) states.push(state);
    expect(states).toEqual(['QUEUED', 'RUNNING', 'FAILED', 'QUEUED', 'RUNNING', 'FAILED']);
  });
});

describe('a clone', () => {
  let original: RunAnswer;
  let child: RunAnswer;
  const clone = async (input: object): Promise<RunAnswer> =>
    (await hub.ask<{ cloneRun: RunAnswer }>('clone-run', { input })).cloneRun;

  beforeAll(async () => {
    original = await hub.run(preparedId);
    const input = { parentRunId: original.id, fineTuneFrom: 'mixed9', epochs: 1 };
    const { startFineTuneRun } = await hub.ask<{ startFineTuneRun: RunAnswer }>('start-fine-tune-run', { input });
    child = await hub.ended(startFineTuneRun.id);
  });

  it('is the same run again, with the changes', async () => {
    const { id } = await clone({ id: original.id, recipe: { learningRate: 0.002, hiddenUnits: 32, epochs: 1 } });
    const run = await hub.ended(id);
    expect(run).toMatchObject({ kind: 'TRANSFER', state: 'SUCCEEDED', backboneName: 'tiny-imagenet-2' });
    expect(run.recipe).toEqual({ ...original.recipe, learningRate: 0.002, hiddenUnits: 32, epochs: 1 });
  });

  it('weighs classes in training alone, and is refused with the names of others', async () => {
    const trained = async (changes: object): Promise<RunAnswer> =>
      hub.ended((await clone({ id: original.id, recipe: { ...HOPELESS, ...changes } })).id);
    const [plain, weighted] = [await trained({}), await trained({ classWeights: { red: 3 } })];
    expect(weighted.recipe).toEqual({ ...plain.recipe, classWeights: { red: 3 } });
    expect(weighted.epochs[0]!.trainLoss / plain.epochs[0]!.trainLoss).toBeGreaterThan(1.2);
    // So little was learned that the unweighted losses are the same.
    expect(weighted.epochs[0]!.validationLoss).toBeCloseTo(plain.epochs[0]!.validationLoss, 3);
    expect(weighted.testLoss).toBeCloseTo(plain.testLoss!, 3);
    const recipe = { classWeights: { red: 3, cow: 2 } };
    const input = { datasetVersionId, backbone: 'tiny-imagenet-2', recipe };
    const expected = { code: 'BAD_INPUT', message: expect.stringMatching(/^classWeights names cow; the classes /) };
    expect(await refusal('clone-run', { input: { id: original.id, recipe } })).toMatchObject(expected);
    expect(await refusal('start-transfer-run', { input })).toMatchObject(expected);
    const parameters = [{ name: 'classWeights', values: ['balanced', { cow: 2 }] }];
    const sweep = { base: { ...input, recipe: {} }, method: 'GRID', parameters };
    expect(await refusal('start-sweep', { input: sweep })).toMatchObject(expected);
  });

  it('without changes has the same numbers', async () => {
    const { id } = await clone({ id: original.id });
    expect(figuresOf(await hub.ended(id))).toEqual(figuresOf(original));
  });

  it('of a fine-tune run continues the same parent', async () => {
    const { id } = await clone({ id: child.id, recipe: { learningRate: 0.0002 }, fineTuneFrom: 'mixed8' });
    const run = await hub.ended(id);
    expect(run).toMatchObject({ kind: 'FINE_TUNE', state: 'SUCCEEDED', parentRunId: original.id });
    expect(run.recipe).toEqual({ ...child.recipe, learningRate: 0.0002, splitLayer: 'mixed8' });
  });

  it.each<[string, () => object, string, string]>([
    [
      'a value out of its range',
      () => ({ id: original.id, recipe: { dropout: 1 } }),
      'BAD_INPUT',
      'The recipe cannot be used: dropout: must be 0.95 or less (received 1).',
    ],
    [
      'another head than the parent has',
      () => ({ id: child.id, recipe: { hiddenUnits: 8 } }),
      'BAD_INPUT',
      'A fine-tune run takes these fields from its parent; they cannot be changed: hiddenUnits.',
    ],
    [
      'a layer to fine-tune from where only the head is trained',
      () => ({ id: original.id, fineTuneFrom: 'mixed5' }),
      'BAD_INPUT',
      'A transfer run trains only the head (received fineTuneFrom "mixed5").',
    ],
    ['a run that is not there', () => ({ id: MISSING_ID }), 'NOT_FOUND', 'There is no run with this id.'],
  ])('is refused with %s', async (_, input, code, message) => {
    expect(await refusal('clone-run', { input: input() })).toEqual({ code, message });
  });
});

describe('a run that is deleted', () => {
  it('is gone, with its blobs unless another run has the same', async () => {
    const first = await hub.train({ datasetVersionId, recipe: { ...QUICK, seed: 11, epochs: 2 } });
    const before = await countBlobs();
    const input = { id: first.id };
    const twin = (await hub.ask<{ cloneRun: { id: string } }>('clone-run', { input })).cloneRun;
    expect(figuresOf(await hub.ended(twin.id))).toEqual(figuresOf(first));
    expect(await countBlobs()).toBe(before); // equal weights are one blob
    expect(await hub.ask('delete-run', { id: twin.id })).toEqual({ deleteRun: twin.id });
    expect(await hub.run(twin.id)).toBeNull();
    await hub.train({ datasetVersionId, recipe: HOPELESS, backbone: await hub.failingBackbone() }); // before it begins, blobs are deleted
    expect(await countBlobs()).toBe(before);
    await hub.ask('delete-run', { id: first.id });
    await vi.waitUntil(async () => (await countBlobs()) === before - 3, { timeout: 60_000 }); // its weights, predictions and probabilities
  });

  it('takes its checkpoint with it', async () => {
    const id = await queue({ ...SOME_SECONDS, seed: 12 });
    const before = await countBlobs();
    await begun(id);
    await cancel(id);
    expect(await countBlobs()).toBe(before + 1);
    await hub.ask('delete-run', { id });
    await vi.waitUntil(async () => (await countBlobs()) === before, { timeout: 60_000 });
  });

  it('is refused while something refers to it, which the message names', async () => {
    const parent = await hub.train({ datasetVersionId, recipe: { ...HOPELESS, seed: 13 } });
    const input = { parentRunId: parent.id, fineTuneFrom: 'mixed10', epochs: 1 };
    const { startFineTuneRun } = await hub.ask<{ startFineTuneRun: RunAnswer }>('start-fine-tune-run', { input });
    const child = await hub.ended(startFineTuneRun.id);
    await hub.registerModel(parent.id, 'kept');
    expect(await refusal('delete-run', { id: parent.id })).toEqual({
      code: 'CONFLICT',
      message: `The run cannot be deleted while these refer to it: version 1 of the model kept, the run ${child.id}.`,
    });
    const { state, testAccuracy, epochs } = parent;
    expect(await hub.run(parent.id)).toMatchObject({ state, testAccuracy, epochs });
    await hub.ask('delete-run', { id: child.id });
    expect(await refusal('delete-run', { id: parent.id })).toMatchObject({
      message: 'The run cannot be deleted while these refer to it: version 1 of the model kept.',
    });
  });
});

describe('tags', () => {
  let id: string;
  beforeAll(async () => {
    id = (await hub.train({ datasetVersionId, recipe: HOPELESS, backbone: await hub.failingBackbone() })).id;
  });

  it('are those given last, each once, in order', async () => {
    await hub.ask('tag-run', { id, tags: ['old'] });
    const tags = ['paper', 'a.b_c-1', 'paper'];
    expect(await hub.ask('tag-run', { id, tags })).toEqual({ tagRun: { id, tags: ['a.b_c-1', 'paper'] } });
    expect(await hub.run(id)).toMatchObject({ tags: ['a.b_c-1', 'paper'] });
    await hub.ask('tag-run', { id, tags: [] });
    expect(await hub.run(id)).toMatchObject({ tags: [] });
  });

  it.each<[string, string[], RegExp]>([
    ['a bad name', ['good', 'Not good'], /^A name has 1 to 64 characters/],
    ['an empty name', [''], /^A name has 1 to 64 characters/],
    ['more than 20', Array.from({ length: 21 }, (_, i) => `t${i}`), /^\$tags must have 0 to 20 items; it has 21\.$/],
  ])('are refused with %s', async (_, tags, message) => {
    expect(await refusal('tag-run', { id, tags })).toEqual({
      code: 'BAD_INPUT',
      message: expect.stringMatching(message),
    });
    expect(await refusal('tag-run', { id: MISSING_ID, tags: [] })).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the record of a run', () => {
  it('has its log line by line, also in parts', async () => {
    const { id, log } = await hub.train({ datasetVersionId, recipe: HOPELESS });
    const lines: RunEventAnswer[] = [];
    for await (const event of hub.watch(id)) if (event.kind === 'LOG') lines.push(event);
    expect(lines.length).toBeGreaterThan(0);
    expect(log.map(({ number, message }) => ({ number, message }))).toEqual(
      lines.map(({ number, message }) => ({ number, message })),
    );
    const parts = `query ($id: ID!, $after: Int!) { run(id: $id) {
      one: log(first: 1) { number } rest: log(after: $after) { number } none: log(after: 1000000) { number }
    } }`;
    const { run } = await hub.client.request<{ run: Record<'one' | 'rest' | 'none', { number: number }[]> }>(parts, {
      id,
      after: log[0]!.number,
    });
    expect(run.one.map(({ number }) => number)).toEqual([log[0]!.number]);
    expect(run.rest.map(({ number }) => number)).toEqual(log.slice(1).map(({ number }) => number));
    expect(run.none).toEqual([]);
  });

  it('reaches without gap or repeat a client whose connection is cut', async () => {
    const { url, cut } = await proxyTo(hub.url);
    const recipe = { ...SOME_SECONDS, epochs: 60 };
    const id = await queue(recipe);
    const place = { id, after: 0 };
    const request = await requestText('run-events');
    const seen: RunEventAnswer[] = [];
    const events = new HubClient(url, hub.token).subscribe<{ runEvents: RunEventAnswer }>(request, place);
    for await (const { runEvents: event } of events) {
      seen.push(event);
      place.after = event.number;
      if (event.epoch?.epoch === 2 || event.epoch?.epoch === 30) cut();
    }
    const numbers = seen.map(({ number }) => number);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    const epochs = seen.flatMap(({ epoch }) => epoch?.epoch ?? []);
    expect(epochs).toEqual(Array.from({ length: recipe.epochs }, (_, i) => i + 1));
    expect(seen.at(-1)).toMatchObject({ state: 'SUCCEEDED' });
  });
});

/** Passes connections on to a hub, until they are cut. */
async function proxyTo(target: string): Promise<{ url: string; cut: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(target).port), '127.0.0.1');
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => undefined));
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}`, cut };
}
