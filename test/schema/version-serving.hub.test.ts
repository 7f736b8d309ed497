import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Prisma, type PrismaClient } from '../../src/storage/database.js';
import type { ClassificationAnswer, RunAnswer, VersionServingAnswer } from '../support/answers.js';
import { blobFile } from '../support/blob-file.js';
import { colourPhoto } from '../support/colour-images.js';
import { type HubUser } from '../support/hub-user.js';
import { inDatabase } from '../support/in-database.js';
import { ANY_LOSS, choose, loadedForm, measuredColours, quantizedBlobs } from '../support/measured-colours.js';
import { TestHub } from '../support/test-hub.js';

async function classify(hub: HubUser, target: object = {}): Promise<ClassificationAnswer> {
  const photo = await colourPhoto('red', 77, 60, 40);
  const answer = await hub.send<{ classify: ClassificationAnswer }>('classify', 'image', photo, {
    model: 'colours',
    ...target,
  });
  return answer.classify;
}

/** Copies version 1 of "colours", measured and calibrated, to a new model that nothing deploys. */
async function copyVersion(client: PrismaClient, name: string): Promise<void> {
  const include = { serving: true, calibration: true } as const;
  const found = await client.modelVersion.findFirstOrThrow({ where: { model: { name: 'colours' } }, include });
  const { serving, calibration, id: _, modelId: __, ...version } = found;
  const { id: modelId } = await client.model.create({ data: { name } });
  const data = { ...version, modelId } as Prisma.ModelVersionUncheckedCreateInput;
  const { id: versionId } = await client.modelVersion.create({ data });
  const otherForms = (serving!.otherForms as Prisma.InputJsonValue | null) ?? Prisma.DbNull;
  await client.versionServing.create({ data: { ...serving!, otherForms, versionId } });
  const figures = calibration!.figures as Prisma.InputJsonValue;
  await client.versionCalibration.create({ data: { ...calibration!, figures, versionId } });
}

let maker: TestHub;
let run: RunAnswer;
let measured: VersionServingAnswer;

beforeAll(async () => {
  ({ maker, run, measured } = await measuredColours());
});
afterAll(() => maker.remove());

describe('the form in which a version serves', () => {
  let hub: TestHub;
  /** The answer of the floats. */
  let floats: ClassificationAnswer;

  beforeAll(async () => {
    hub = await TestHub.prepareOn(maker.data);
    await inDatabase(hub.data, async (client) => {
      await copyVersion(client, 'spare');
      // 8-bit forms whose files are something else: they can be read, but not loaded.
      for (const [name, choice] of [
        ['broken', 'AUTO'],
        ['broken-by-choice', 'INT8'],
      ] as const) {
        await copyVersion(client, name);
        const where = { model: { name } };
        const { id: versionId, weightsBlob } = await client.modelVersion.findFirstOrThrow({ where });
        const data = { choice, precision: 'INT8', quantizedBlob: weightsBlob } as const;
        await client.versionServing.update({ where: { versionId }, data });
      }
    });
    await hub.start(ANY_LOSS);
    await choose(hub, 'FP32');
    floats = await classify(hub);
  });
  afterAll(() => hub.remove());

  const serving = (): Promise<VersionServingAnswer> => hub.serving('colours', 1);

  it('is FP32 while the 8-bit form is being made, which cannot be chosen yet', async () => {
    await hub.registerModel(run.id, 'pending');
    expect(await hub.serving('pending', 1)).toMatchObject({
      ...{ state: 'PENDING', precision: 'FP32', choice: 'AUTO', int8Accuracy: null },
    });
    await expect(choose(hub, 'INT8', 'pending')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  it('is FP32 where a user chose it, whatever is measured', async () => {
    expect(measured).toMatchObject({ state: 'READY', precision: 'FP32', choice: 'FP32', reason: 'FP32 was chosen.' });
    await choose(hub, 'FP32');
    expect(await loadedForm(hub)).toBe('FP32');
    expect((await classify(hub)).label).toBe('red');
  });

  it('is FP32 from its promotion on if the form that was decided cannot serve, but not where a person chose that form', async () => {
    const promote = (model: string) => hub.ask('promote', { model, version: 1, reason: 'test' });
    await expect(promote('broken-by-choice')).rejects.toThrow();
    expect(await hub.serving('broken-by-choice', 1)).toMatchObject({ precision: 'INT8', choice: 'INT8' });
    await promote('broken');
    expect(await hub.serving('broken', 1)).toMatchObject({
      ...{ precision: 'FP32', choice: 'AUTO', state: 'FAILED', int8Accuracy: null },
      reason: 'The form cannot be loaded, or does not answer as the version did when it was registered.',
    });
    expect((await classify(hub, { model: 'broken' })).label).toBe('red');
    const { auditEvents } = await hub.ask<{ auditEvents: { events: object[] } }>('audit-events', {
      filter: { model: 'broken' },
    });
    expect(auditEvents.events).toMatchObject([
      { action: 'ALIAS_MOVED', actor: 'first', details: { precision: 'FP32' } },
      { action: 'PRECISION_CHOSEN', actor: 'hub', from: 'INT8', to: 'FP32' },
    ]);
  });

  it('has the accuracy and the time of both', () => {
    expect(measured.fp32Accuracy).toBe(run.testAccuracy);
    expect(measured.int8Accuracy).toBeGreaterThan(run.testAccuracy! - 0.05);
    for (const time of [measured.fp32Milliseconds, measured.int8Milliseconds]) expect(time).toBeGreaterThan(0);
  });

  it('follows from the figures when no one chose', async () => {
    await choose(hub, 'AUTO');
    const faster = measured.int8Milliseconds! < measured.fp32Milliseconds!;
    expect(await serving()).toMatchObject({ choice: 'AUTO', precision: faster ? 'INT8' : 'FP32' });
  });

  it('is switched warm to 8 bits when those are chosen, and answers nearly the same', async () => {
    await choose(hub, 'FP32');
    await choose(hub, 'INT8');
    expect(await serving()).toMatchObject({ choice: 'INT8', precision: 'INT8' });
    expect(await loadedForm(hub)).toBe('INT8');
    const answer = await classify(hub);
    expect(answer).toMatchObject({ label: 'red', modelVersionId: floats.modelVersionId });
    expect(answer.confidence).not.toBe(floats.confidence);
    expect(Math.abs(answer.confidence - floats.confidence)).toBeLessThan(0.05);
  });

  it('is in the metrics', async () => {
    await choose(hub, 'INT8');
    const headers = { authorization: `Bearer ${hub.token}` };
    const metrics = await (await hub.fetch('/metrics', { headers })).text();
    const labels = 'model="colours",alias="production",version="1",runtime="onnx_runtime",precision="int8"';
    expect(metrics).toContain(`modelhub_model_version_info{${labels}} 1`);
  });

  it('is in the feed of changes', async () => {
    const changes = hub.client.subscribe('subscription { changes { kind id } }', {});
    let told: unknown;
    void changes.next().then(({ value }) => {
      told = value;
    });
    // The feed begins when the subscription is established, which nothing reports.
    const choosing = async (): Promise<unknown> => {
      await choose(hub, 'INT8');
      return told;
    };
    await vi.waitUntil(choosing, { timeout: 10_000 });
    expect(told).toEqual({ changes: { kind: 'MODEL', id: 'colours' } });
    await changes.return(undefined);
  });

  it('is in the audit with each choice', async () => {
    const choices = ['AUTO', 'FP32', 'AUTO', 'INT8'];
    for (const precision of choices) await choose(hub, precision);
    const filter = { model: 'colours', actions: ['PRECISION_CHOSEN'] };
    const { auditEvents } = await hub.ask<{ auditEvents: { events: object[] } }>('audit-events', { filter });
    const event = { actor: 'first', subject: 'colours 1', model: 'colours' };
    expect(auditEvents.events.slice(0, 3)).toMatchObject(
      [
        ['AUTO', 'INT8'],
        ['FP32', 'AUTO'],
        ['AUTO', 'FP32'],
      ].map(([from, to]) => ({ ...event, from, to })),
    );
  });

  it('also answers where a version is named by its number', async () => {
    const confidence = async (precision: string): Promise<number> => {
      await choose(hub, precision, 'spare');
      return (await classify(hub, { model: 'spare', version: 1 })).confidence;
    };
    expect(await confidence('FP32')).toBe(floats.confidence);
    expect(await confidence('INT8')).not.toBe(floats.confidence);
  });

  it('answers every request while it is switched back and forth', async () => {
    let switching = true;
    const ask = async (): Promise<void> => {
      while (switching) expect((await classify(hub)).label).toBe('red');
    };
    const switchForms = async (): Promise<void> => {
      for (const precision of ['FP32', 'INT8', 'FP32', 'INT8']) await choose(hub, precision);
    };
    const switched = switchForms().finally(() => {
      switching = false;
    });
    await Promise.all([switched, ask(), ask(), ask()]);
    expect(await loadedForm(hub)).toBe('INT8');
  });

  it('stays when the hub starts again', async () => {
    await choose(hub, 'INT8');
    const before = await classify(hub);
    await hub.stop();
    await hub.start(ANY_LOSS);
    expect(await loadedForm(hub)).toBe('INT8');
    expect((await classify(hub)).confidence).toBe(before.confidence);
  });

  it('stays FP32 when a damaged 8-bit form is chosen, which is made again at the next start', async () => {
    const damaged = await TestHub.prepareOn(maker.data);
    onTestFinished(() => damaged.remove());
    await inDatabase(damaged.data, (client) =>
      client.versionServing.updateMany({ data: { choice: 'FP32', precision: 'FP32' } }),
    );
    const [blob] = await quantizedBlobs(damaged.data);
    await writeFile(blobFile(damaged.data, blob!), 'damaged');
    await rm(join(damaged.data, 'networks'), { recursive: true }); // what was built from it before
    await damaged.start(ANY_LOSS);
    await expect(choose(damaged, 'INT8')).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
    expect(await damaged.serving('colours', 1)).toMatchObject({
      state: 'FAILED',
      precision: 'FP32',
      reason: expect.stringMatching('loaded'),
    });
    expect(await loadedForm(damaged)).toBe('FP32');
    expect((await classify(damaged)).confidence).toBe(floats.confidence);
  });
});
