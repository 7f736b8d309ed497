import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { machineName } from '../../src/domain/model/precision-service.js';
import { findOpenVino, OPENVINO_FOLDER } from '../../src/engines/openvino/find-openvino.js';
import type { PrismaClient } from '../../src/storage/database.js';
import type { ClassificationAnswer } from '../support/answers.js';
import { COLOUR_NAMES, colourPhoto } from '../support/colour-images.js';
import type { HubUser } from '../support/hub-user.js';
import { WARNING } from '../support/hub-user.js';
import { choose } from '../support/measured-colours.js';
import { TestHub } from '../support/test-hub.js';

/** Photos at once: more than lanes. */
const CROWD = 12;
const FORM = { precision: 'FP32', runtime: 'OPENVINO' } as const;

/** Gives the only version figures of OpenVINO, which is faster. test/training/quantize.test.ts measures them. */
async function measuredWithOpenVino(prisma: PrismaClient): Promise<void> {
  const { id: versionId, weightsBlob } = await prisma.modelVersion.findFirstOrThrow();
  const figures = { int8Accuracy: 0.1, fp32Milliseconds: 2.5, int8Milliseconds: 2.25, measuredOn: machineName() };
  const otherForms = [{ ...FORM, accuracy: null, milliseconds: 1.5 }];
  const data = { state: 'READY', quantizedBlob: weightsBlob, ...figures, otherForms } as const;
  await prisma.versionServing.update({ where: { versionId }, data });
}

async function classify(hub: HubUser, i = 0): Promise<ClassificationAnswer> {
  const photo = await colourPhoto(COLOUR_NAMES[i % COLOUR_NAMES.length]!, i, 40, 40);
  return (await hub.send<{ classify: ClassificationAnswer }>('classify', 'image', photo, { model: 'colours' }))
    .classify;
}

/** Skipped without npm run engine:openvino. */
describe.runIf(findOpenVino(OPENVINO_FOLDER))('a hub on a machine with OpenVINO', () => {
  let hub: TestHub;

  beforeAll(async () => {
    vi.stubEnv('HUB_OPENVINO_FOLDER', OPENVINO_FOLDER);
    hub = await TestHub.startWithColours({ rows: measuredWithOpenVino });
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await hub.remove();
  });

  it('serves with OpenVINO what is fastest with it, and every answer names it', async () => {
    await choose(hub, 'FP32', 'colours', 'ONNX_RUNTIME');
    const before = await classify(hub);
    expect(before).toMatchObject({ precision: 'FP32', runtime: 'ONNX_RUNTIME' });
    await choose(hub, 'AUTO');
    expect(await hub.serving('colours', 1)).toMatchObject({
      ...FORM,
      reason: expect.stringContaining('OpenVINO 1.5 ms'),
    });
    const answer = await classify(hub);
    expect(answer).toMatchObject({ label: before.label, ...FORM });
    expect(Math.abs(answer.confidence - before.confidence)).toBeLessThan(1e-4);
    expect(await hub.ask('deployments')).toMatchObject({ deployments: [{ ...FORM, selfCheck: 'PASSED' }] });
    expect(await hub.ask('processes')).toMatchObject({ processes: [{ serving: [FORM] }] });
  });

  it('answers many photos at once, each as that photo alone', async () => {
    const alone: string[] = [];
    for (let i = 0; i < 3; i++) alone.push((await classify(hub, i)).label);
    const together = await Promise.all(Array.from({ length: CROWD }, (_, i) => classify(hub, i)));
    expect(together.map(({ label }) => label)).toEqual(Array.from({ length: CROWD }, (_, i) => alone[i % 3]));
    expect(new Set(together.map(({ runtime }) => runtime))).toEqual(new Set(['OPENVINO']));
  });

  it('serves the form of ONNX Runtime where OpenVINO is missing, says so, and keeps the form for its return', async () => {
    await hub.stop();
    vi.stubEnv('HUB_OPENVINO_FOLDER', 'none');
    await hub.start();
    expect(await classify(hub)).toMatchObject({ precision: 'FP32', runtime: 'ONNX_RUNTIME' });
    expect(await hub.serving('colours', 1)).toMatchObject(FORM);
    const told = { level: WARNING, msg: expect.stringContaining('npm run engine:openvino') };
    expect(hub.log).toContainEqual(expect.objectContaining(told));
    await hub.stop();
    vi.stubEnv('HUB_OPENVINO_FOLDER', OPENVINO_FOLDER);
    await hub.start();
    expect(await classify(hub)).toMatchObject(FORM);
  });
});

it('refuses OpenVINO for a version that was not measured with it', async () => {
  const hub = await TestHub.startWithColours();
  try {
    await expect(choose(hub, 'AUTO', 'colours', 'OPENVINO')).rejects.toMatchObject({ code: 'CONFLICT' });
  } finally {
    await hub.remove();
  }
});
