import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { namedBlobs } from '../../src/maintenance/named-blobs.js';
import { dataPaths } from '../../src/storage/data-folder.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import type { ClassificationAnswer, RunAnswer, VersionServingAnswer } from '../support/answers.js';
import { blobFile } from '../support/blob-file.js';
import { colourPhoto, registerColours } from '../support/colour-images.js';
import { HubProcess } from '../support/hub-process.js';
import { WARNING } from '../support/hub-user.js';
import { inDatabase } from '../support/in-database.js';
import { QUICK } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

// One story: every test begins where the one before it ended.
describe('the form in which a version serves', () => {
  let folder: string;
  let hub: TestHub;
  let run: RunAnswer;
  let measured: VersionServingAnswer;
  /** What the floats answer. */
  let floats: ClassificationAnswer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hub-int8-'));
    hub = await TestHub.start();
    const { id: datasetVersionId } = await registerColours(hub);
    run = await hub.train({ datasetVersionId, recipe: QUICK });
    await hub.stop();
    await cp(hub.data, folder, { recursive: true });
    await hub.start();
  });
  afterAll(async () => {
    await hub.remove();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const choose = (precision: string): Promise<unknown> =>
    hub.ask('set-serving-precision', { model: 'colours', version: 1, precision });
  const serving = (): Promise<VersionServingAnswer> => hub.serving('colours', 1);

  async function classify(target: object = {}): Promise<ClassificationAnswer> {
    const answer = await hub.send<{ classify: ClassificationAnswer }>(
      'classify',
      'image',
      await colourPhoto('red', 77, 60, 40),
      { model: 'colours', ...target },
    );
    return answer.classify;
  }

  /** The form that is loaded for production. */
  async function loaded(): Promise<string | undefined> {
    const { deployments } = await hub.ask<{ deployments: { precision: string; selfCheck: string }[] }>('deployments');
    expect(deployments.map(({ selfCheck }) => selfCheck)).toEqual(deployments.map(() => 'PASSED'));
    return deployments[0]?.precision;
  }

  /** What is stored for the 8-bit form, by a hub that is stopped. */
  async function quantizedBlobs(data: string): Promise<readonly string[]> {
    return inDatabase(data, async (client) => {
      const names: string[] = [];
      for await (const { by, sha256 } of namedBlobs(client, new FileBlobStore(dataPaths(data).blobs))) {
        if (by === '8-bit form of colours 1') names.push(sha256);
      }
      return names;
    });
  }

  it('is floats at once, while that with 8 bits is being made', async () => {
    await hub.registerModel(run.id, 'colours');
    expect(await serving()).toMatchObject({ state: 'PENDING', precision: 'FP32', choice: 'AUTO', int8Accuracy: null });
  });

  it('cannot be 8 bits before those are measured', async () => {
    await expect(choose('INT8')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is floats where those are pinned, whatever is measured', async () => {
    await choose('FP32');
    measured = await hub.measured('colours', 1);
    expect(measured).toMatchObject({ state: 'READY', precision: 'FP32', choice: 'FP32', reason: 'FP32 was chosen.' });
    await hub.ask('promote', { model: 'colours', version: 1, reason: 'test' });
    expect(await loaded()).toBe('FP32');
    floats = await classify();
    expect(floats.label).toBe('red');
  });

  it('comes with the accuracy and the time of both', () => {
    expect(measured.fp32Accuracy).toBe(run.testAccuracy);
    expect(measured.int8Accuracy).toBeGreaterThan(run.testAccuracy! - 0.05);
    for (const time of [measured.fp32Milliseconds, measured.int8Milliseconds]) expect(time).toBeGreaterThan(0);
  });

  it('is what the figures say when no one is pinned', async () => {
    await hub.stop();
    await hub.start({ int8Margin: 5 });
    await choose('AUTO');
    const faster = measured.int8Milliseconds! < measured.fp32Milliseconds!;
    expect(await serving()).toMatchObject({ choice: 'AUTO', precision: faster ? 'INT8' : 'FP32' });
  });

  it('is switched warm to 8 bits when those are pinned, and answers nearly the same', async () => {
    await choose('INT8');
    expect(await serving()).toMatchObject({ choice: 'INT8', precision: 'INT8' });
    expect(await loaded()).toBe('INT8');
    const answer = await classify();
    expect(answer).toMatchObject({ label: 'red', modelVersionId: floats.modelVersionId });
    expect(answer.confidence).not.toBe(floats.confidence);
    expect(Math.abs(answer.confidence - floats.confidence)).toBeLessThan(0.05);
  });

  it('is told by the metrics, the audit and the feed of changes', async () => {
    const changes = hub.client.subscribe('subscription { changes { kind id } }', {});
    let told: unknown;
    void changes.next().then(({ value }) => {
      told = value;
    });
    // Until the subscription stands, it is told of nothing.
    const choosing = async (): Promise<unknown> => {
      await choose('INT8');
      return told;
    };
    await vi.waitUntil(choosing, { timeout: 10_000 });
    expect(told).toEqual({ changes: { kind: 'MODEL', id: 'colours' } });
    await changes.return(undefined);
    const headers = { authorization: `Bearer ${hub.token}` };
    const metrics = await (await hub.fetch('/metrics', { headers })).text();
    const labels = 'model="colours",alias="production",version="1",precision="int8"';
    expect(metrics).toContain(`modelhub_model_version_info{${labels}} 1`);
    const filter = { model: 'colours', actions: ['PRECISION_CHOSEN'] };
    const { auditEvents } = await hub.ask<{ auditEvents: { events: object[] } }>('audit-events', { filter });
    const event = { actor: 'first', subject: 'colours 1', model: 'colours' };
    expect(auditEvents.events.slice(-3)).toMatchObject(
      [
        ['AUTO', 'INT8'],
        ['FP32', 'AUTO'],
        ['AUTO', 'FP32'],
      ].map(([from, to]) => ({ ...event, from, to })),
    );
  });

  it('is the one that answers also where the version is asked for by its number', async () => {
    await hub.registerModel(run.id, 'spare');
    await hub.measured('spare', 1);
    const confidence = async (precision: string): Promise<number> => {
      await hub.ask('set-serving-precision', { model: 'spare', version: 1, precision });
      return (await classify({ model: 'spare', version: 1 })).confidence;
    };
    expect(await confidence('FP32')).toBe(floats.confidence);
    expect(await confidence('INT8')).not.toBe(floats.confidence);
  });

  it('answers every request while it is switched to and fro', async () => {
    let switching = true;
    const asking = Array.from({ length: 3 }, async () => {
      while (switching) expect((await classify()).label).toBe('red');
    });
    for (const precision of ['FP32', 'INT8', 'FP32', 'INT8']) await choose(precision);
    switching = false;
    await Promise.all(asking);
    expect(await loaded()).toBe('INT8');
  });

  it('stays when the hub starts again', async () => {
    const before = await classify();
    await hub.stop();
    await hub.start({ int8Margin: 5 });
    expect(await loaded()).toBe('INT8');
    expect((await classify()).confidence).toBe(before.confidence);
  });

  it('is made anew when its blob is lost; floats serve meanwhile', async () => {
    await hub.stop();
    const [blob] = await quantizedBlobs(hub.data);
    await rm(blobFile(hub.data, blob!));
    await hub.start({ int8Margin: 5 });
    expect(await hub.measured('colours', 1)).toMatchObject({ state: 'READY', precision: 'INT8' });
    await vi.waitUntil(async () => (await loaded()) === 'INT8', { timeout: 20_000 }); // switched to just after that is written
    await hub.stop();
    expect(await quantizedBlobs(hub.data), 'the same network makes the same file').toEqual([blob]);
  });

  it('is floats when the hub starts and its blob is damaged; that is made anew', async () => {
    const [blob] = await quantizedBlobs(hub.data);
    await writeFile(blobFile(hub.data, blob!), 'damaged');
    await hub.start({ int8Margin: 5 });
    const told = { level: WARNING, msg: expect.stringMatching(/^the 8-bit form cannot be loaded/) };
    expect(hub.log).toContainEqual(expect.objectContaining(told));
    expect(await hub.measured('colours', 1)).toMatchObject({ state: 'READY', precision: 'INT8' });
    await vi.waitUntil(async () => (await loaded()) === 'INT8', { timeout: 20_000 });
    await hub.stop();
    expect(await quantizedBlobs(hub.data)).toEqual([blob]);
  });

  it('stays floats when 8 bits are chosen that are damaged: those are made anew at the next start', async () => {
    const [blob] = await quantizedBlobs(hub.data);
    await hub.start({ int8Margin: 5 });
    await choose('FP32');
    await hub.stop(); // what it has loaded before is used again
    await writeFile(blobFile(hub.data, blob!), 'damaged');
    await hub.start({ int8Margin: 5 });
    await expect(choose('INT8')).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
    expect(await serving()).toMatchObject({
      state: 'FAILED',
      precision: 'FP32',
      reason: expect.stringMatching('loaded'),
    });
    expect(await loaded()).toBe('FP32');
    expect((await classify()).confidence).toBe(floats.confidence);
  });

  it('of a version whose hub was killed is made when it starts again', async () => {
    const killed = await HubProcess.start(folder);
    await killed.registerModel(run.id, 'colours');
    expect(await killed.serving('colours', 1)).toMatchObject({ state: 'PENDING' });
    await killed.end('SIGKILL');
    const again = await HubProcess.start(folder);
    onTestFinished(async () => void (await again.end('SIGKILL')));
    expect(await again.measured('colours', 1)).toMatchObject({ state: 'READY', int8Accuracy: measured.int8Accuracy });
  });
});
