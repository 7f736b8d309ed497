import { rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { namedBlobs } from '../../src/maintenance/named-blobs.js';
import { dataPaths } from '../../src/storage/data-folder.js';
import type { Prisma, PrismaClient } from '../../src/storage/database.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import type { ClassificationAnswer, RunAnswer, VersionServingAnswer } from '../support/answers.js';
import { blobFile } from '../support/blob-file.js';
import { colourPhoto } from '../support/colour-images.js';
import { HubProcess } from '../support/hub-process.js';
import { type HubUser, WARNING } from '../support/hub-user.js';
import { inDatabase } from '../support/in-database.js';
import { TestHub } from '../support/test-hub.js';

/** Lets 8 bits serve whatever they lose on the few test images. */
const CONFIG = { int8Margin: 5 } as const;

const choose = (hub: HubUser, precision: string, model = 'colours'): Promise<unknown> =>
  hub.ask('set-serving-precision', { model, version: 1, precision });

async function _classify(hub: HubUser, target: object = {}): Promise<ClassificationAnswer> {
  const photo = await colourPhoto('red', 77, 60, 40);
  const answer = await hub.send<{ classify: ClassificationAnswer }>('classify', 'image', photo, {
    model: 'colours',
    ...target,
  });
  return answer.classify;
}

/** The form that is loaded for production. */
async function loaded(hub: HubUser): Promise<string | undefined> {
  const { deployments } = await hub.ask<{ deployments: { precision: string; selfCheck: string }[] }>('deployments');
  expect(deployments.map(({ selfCheck }) => selfCheck)).toEqual(deployments.map(() => 'PASSED'));
  return deployments[0]?.precision;
}

/** Blobs of the 8-bit form in the data folder of a stopped hub. */
async function quantizedBlobs(data: string): Promise<readonly string[]> {
  return inDatabase(data, async (client) => {
    const names: string[] = [];
    for await (const { by, sha256 } of namedBlobs(client, new FileBlobStore(dataPaths(data).blobs))) {
      if (by === '8-bit form of colours 1') names.push(sha256);
    }
    return names;
  });
}

/** Copies version 1 of "colours", measured and calibrated, to a new model that nothing deploys. */
async function _copyVersion(client: PrismaClient, name: string): Promise<void> {
  const include = { serving: true, calibration: true } as const;
  const found = await client.modelVersion.findFirstOrThrow({ where: { model: { name: 'colours' } }, include });
  const { serving, calibration, id: _, modelId: __, ...version } = found;
  const { id: modelId } = await client.model.create({ data: { name } });
  const data = { ...version, modelId } as Prisma.ModelVersionUncheckedCreateInput;
  const { id: versionId } = await client.modelVersion.create({ data });
  await client.versionServing.create({ data: { ...serving!, versionId } });
  const figures = calibration!.figures as Prisma.InputJsonValue;
  await client.versionCalibration.create({ data: { ...calibration!, figures, versionId } });
}

/** Data of a stopped hub: version 1 of "colours" is calibrated, has an 8-bit form, and serves with it by choice. */
let maker: TestHub;
let run: RunAnswer;
let measured: VersionServingAnswer;

beforeAll(async () => {
  const colours = await TestHub.startWithColours({ versionWork: true, settings: CONFIG });
  maker = colours;
  await choose(maker, 'FP32');
  run = await maker.run(colours.runId);
  measured = await maker.measured('colours', 1);
  await maker.calibrated('colours', 1);
  await choose(maker, 'INT8');
  await maker.stop();
});
afterAll(() => maker.remove());

describe('the 8-bit form of a version', { timeout: 60_000 }, () => {
  /** Damages the 8-bit form, starts a hub, and waits until the form is made again and serves. */
  async function madeAgain(damage: (file: string) => Promise<void>): Promise<TestHub> {
    const hub = await TestHub.prepareOn(maker.data, { versionWork: true });
    onTestFinished(() => hub.remove());
    const [blob] = await quantizedBlobs(hub.data);
    await damage(blobFile(hub.data, blob!));
    await hub.start(CONFIG);
    // Floats serve until someone chooses the new form.
    expect(await hub.measured('colours', 1)).toMatchObject({ state: 'READY', precision: 'FP32' });
    expect(await loaded(hub)).toBe('FP32');
    await choose(hub, 'INT8');
    expect(await loaded(hub)).toBe('INT8');
    await hub.stop();
    expect(await quantizedBlobs(hub.data), 'the same network makes the same file').toEqual([blob]);
    return hub;
  }

  it('is made again when its blob is lost', async () => {
    await madeAgain((file) => rm(file));
  });

  it('is made again when its blob is damaged, which the log reports', async () => {
    const { log } = await madeAgain((file) => writeFile(file, 'damaged'));
    const told = { level: WARNING, msg: expect.stringMatching(/^the 8-bit form cannot be loaded/) };
    expect(log).toContainEqual(expect.objectContaining(told));
  });

  it('is made at the next start when the hub was killed', { timeout: 180_000 }, async () => {
    const stopped = await TestHub.prepareOn(maker.data);
    onTestFinished(() => stopped.remove());
    const { data } = stopped;
    const killed = await HubProcess.start(data);
    await killed.registerModel(run.id, 'killed');
    expect(await killed.serving('killed', 1)).toMatchObject({ state: 'PENDING' });
    await killed.end('SIGKILL');
    const again = await HubProcess.start(data);
    onTestFinished(async () => void (await again.end('SIGKILL')));
    expect(await again.measured('killed', 1)).toMatchObject({ state: 'READY', int8Accuracy: measured.int8Accuracy });
  });
});
