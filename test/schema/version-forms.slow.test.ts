import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { RunAnswer, VersionServingAnswer } from '../support/answers.js';
import { blobFile } from '../support/blob-file.js';
import { HubProcess } from '../support/hub-process.js';
import { WARNING } from '../support/hub-user.js';
import { ANY_LOSS, choose, loadedForm, measuredColours, quantizedBlobs } from '../support/measured-colours.js';
import { TestHub } from '../support/test-hub.js';

let maker: TestHub;
let run: RunAnswer;
let measured: VersionServingAnswer;

beforeAll(async () => {
  ({ maker, run, measured } = await measuredColours());
});
afterAll(() => maker.remove());

describe('the 8-bit form of a version', { timeout: 180_000 }, () => {
  /** Damages the 8-bit form, starts a hub, and waits until the form is made again and serves. */
  async function madeAgain(damage: (file: string) => Promise<void>): Promise<TestHub> {
    const hub = await TestHub.prepareOn(maker.data, { versionWork: true });
    onTestFinished(() => hub.remove());
    const [blob] = await quantizedBlobs(hub.data);
    await damage(blobFile(hub.data, blob!));
    await rm(join(hub.data, 'networks'), { recursive: true }); // what was built from it before
    await hub.start(ANY_LOSS);
    // Floats serve until someone chooses the new form.
    expect(await hub.measured('colours', 1)).toMatchObject({ state: 'READY', precision: 'FP32' });
    expect(await loadedForm(hub)).toBe('FP32');
    await choose(hub, 'INT8');
    expect(await loadedForm(hub)).toBe('INT8');
    await hub.stop();
    expect(await quantizedBlobs(hub.data), 'the same network makes the same file').toEqual([blob]);
    return hub;
  }

  it('is made again when its blob is lost', async () => {
    await madeAgain((file) => rm(file));
  });

  it('is made again when its blob is damaged, which the log reports', async () => {
    const { log } = await madeAgain((file) => writeFile(file, 'damaged'));
    const told = { level: WARNING, msg: expect.stringMatching(/^the form of the version cannot serve/) };
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
