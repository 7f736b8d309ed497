import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { CalibrationAnswer, ClassificationAnswer, ExplanationAnswer, ModelAnswer } from '../support/answers.js';
import { blobFile } from '../support/blob-file.js';
import { COLOUR_NAMES, colourPhoto } from '../support/colour-images.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const SIDE = 32;

let hub: HubWithColours;
let photo: Buffer;
let figures: CalibrationAnswer;

beforeAll(async () => {
  photo = await colourPhoto('red', 3); // an image of the training split
  hub = await TestHub.startWithColours({ versionWork: true });
  figures = await hub.calibrated('colours', 1);
  await pin('FP32'); // a version that was promoted early is calibrated once its form is chosen
});
afterAll(() => hub.remove());

const pin = (precision: 'FP32' | 'INT8'): Promise<unknown> =>
  hub.ask('set-serving-precision', { model: 'colours', version: 1, precision });

async function classify(image: Uint8Array): Promise<ClassificationAnswer> {
  const variables = { model: 'colours' };
  return (await hub.send<{ classify: ClassificationAnswer }>('classify', 'image', image, variables)).classify;
}

async function explain(variables: object = {}): Promise<ExplanationAnswer> {
  const asked = { model: 'colours', ...variables };
  return (await hub.send<{ explain: ExplanationAnswer }>('explain', 'image', photo, asked)).explain;
}

/** White and black squares: none of the colours. */
async function chessBoard(): Promise<Buffer> {
  const pixels = Buffer.from(
    Array.from({ length: SIDE ** 2 }, (_, i) => ((i >> 2) ^ (i >> 7)) & 1).flatMap((on) => Array(3).fill(255 * on)),
  );
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toBuffer();
}

/** What the gate says of version 1 if the gate only asks for calibration. */
async function gateForCalibrated(): Promise<unknown> {
  await hub.ask('set-gate', { model: 'colours', rules: [{ kind: 'CALIBRATED' }], reason: 'test' });
  const asked = { model: 'colours', version: 1 };
  return (await hub.ask<{ checkPromotion: { checks: unknown } }>('check-promotion', asked)).checkPromotion.checks;
}

describe('a version that was registered', () => {
  it('says how sure it may be, fitted on held-out images and measured on test images', () => {
    expect(figures).toMatchObject({ validationImages: 6, testImages: 24, heldOut: true, falseAlarmRate: 0.05 });
    expect(figures.temperature).toBeGreaterThan(0.05);
    for (const share of [figures.eceBefore, figures.eceAfter, figures.testFalseAlarmRate]) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
  });

  it('gives the same calibrated probabilities over GraphQL, REST and the Open Inference Protocol', async () => {
    const answer = await classify(photo);
    expect(answer).toMatchObject({ label: 'red', calibrated: true, confidence: answer.top[0]!.probability });
    expect(answer.top.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
    const headers = { authorization: `Bearer ${hub.token}`, 'content-type': 'image/png' };
    const rest = await hub.fetch('/v1/classify?model=colours', {
      method: 'POST',
      body: new Uint8Array(photo),
      headers,
    });
    const { milliseconds: _, timing: __, ...steady } = answer;
    expect(await rest.json()).toMatchObject(steady);
    const data = [...(await sharp(photo).removeAlpha().raw().toBuffer())];
    const input = { name: 'image', datatype: 'UINT8', shape: [1, SIDE, SIDE, 3], data };
    const inference = await hub.fetch('/v2/models/colours/infer', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ inputs: [input], outputs: [{ name: 'probabilities' }] }),
    });
    const { outputs } = (await inference.json()) as { outputs: { data: number[] }[] };
    const byLabel = new Map(answer.top.map(({ label, probability }) => [label, probability]));
    expect(outputs[0]!.data).toEqual(COLOUR_NAMES.map((name) => expect.closeTo(byLabel.get(name)!, 5)));
  });

  it('says when a photo shows none of its classes, and still gives its best guess', async () => {
    const known = await classify(photo);
    expect(known).toMatchObject({ inDistribution: true });
    expect(known.outlierScore).toBeLessThanOrEqual(1);
    const unknown = await classify(await chessBoard());
    expect(unknown).toMatchObject({ inDistribution: false });
    expect(unknown.outlierScore).toBeGreaterThan(1);
    expect(COLOUR_NAMES).toContain(unknown.label);
  });

  it('passes the rule of the gate that asks for calibration', async () => {
    expect(await gateForCalibrated()).toMatchObject([{ rule: 'calibrated', passed: true }]);
  });
});

describe('an explanation', () => {
  it('is of the most probable class: a map of places, and a picture of it over the photo', async () => {
    const { classification, label, map, heatMap } = await explain();
    expect({ classification, label }).toMatchObject({
      classification: { label: 'red', modelVersion: 1 },
      label: 'red',
    });
    expect(map.map((row) => row.length)).toEqual([3, 3, 3]);
    expect(Math.min(...map.flat())).toBeGreaterThanOrEqual(0);
    const png = Buffer.from(heatMap.replace(/^data:image\/png;base64,/, ''), 'base64');
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 320, height: 320 });
  });

  it('is of another class when that is asked for', async () => {
    const [red, blue] = [await explain({ label: 'red' }), await explain({ label: 'blue' })];
    expect(blue).toMatchObject({ label: 'blue', classification: { label: 'red' } });
    expect(blue.map).not.toEqual(red.map);
  });

  it('is refused for a class that the version does not know', async () => {
    const refusal = { code: 'BAD_INPUT', message: expect.stringMatching('"yellow".+blue, green, red') };
    await expect(explain({ label: 'yellow' })).rejects.toMatchObject(refusal);
  });

  it('is given by a form with 8 bits too', async () => {
    const { map } = await explain();
    await hub.measured('colours', 1);
    await pin('INT8');
    const quantized = await explain();
    await pin('FP32');
    const most = Math.max(...map.flat());
    for (const [i, value] of quantized.map.flat().entries())
      expect(Math.abs(value - map.flat()[i]!)).toBeLessThan(most);
  });
});

describe('a calibration', () => {
  it('whose blob is damaged is made anew when the hub starts', async () => {
    const { outlierBlob } = await hub.inDatabase((client) => client.versionCalibration.findFirstOrThrow());
    await writeFile(blobFile(hub.data, outlierBlob!), 'damaged');
    await hub.stop();
    await hub.start();
    expect(await hub.calibrated('colours', 1)).toEqual(figures);
  });

  it('that a stopping hub would have to wait for is left to the next one', async () => {
    await hub.registerModel(hub.runId, 'more-colours'); // its 8-bit form follows in the queue
    const where = { version: { model: { name: 'more-colours' } } };
    const left = await hub.inDatabase((client) => client.versionCalibration.findFirstOrThrow({ where }));
    expect(left.figures).toBeNull();
    expect(await hub.calibrated('more-colours', 1)).toEqual(figures);
  });

  it('of a version from before there were any is not pretended', async () => {
    const where = { version: { model: { name: 'colours' } } };
    const row = await hub.inDatabase(async (client) => {
      const found = await client.versionCalibration.findFirstOrThrow({ where });
      await client.versionCalibration.deleteMany({ where });
      return found;
    });
    onTestFinished(async () => {
      await hub.inDatabase((client) =>
        client.versionCalibration.create({ data: { ...row, figures: row.figures as object } }),
      );
    });
    const before = { calibrated: false, inDistribution: null, outlierScore: null, label: 'red' };
    expect(await classify(photo)).toMatchObject(before);
    const { model } = await hub.ask<{ model: ModelAnswer }>('model', { name: 'colours' });
    const why = 'The version was registered before versions were calibrated.';
    expect(model.versions).toMatchObject([{ calibration: null, notCalibrated: why }]);
    expect(await gateForCalibrated()).toMatchObject([{ passed: false, detail: expect.stringMatching('was not done') }]);
  });
});
