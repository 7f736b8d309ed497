import { expect } from 'vitest';
import { namedBlobs } from '../../src/maintenance/named-blobs.js';
import { dataPaths } from '../../src/storage/data-folder.js';
import { FileBlobStore } from '../../src/storage/file-blobs.js';
import type { RunAnswer, VersionServingAnswer } from './answers.js';
import type { HubUser } from './hub-user.js';
import { inDatabase } from './in-database.js';
import { TestHub } from './test-hub.js';

/** Lets 8 bits serve whatever they lose on the few test images. */
export const ANY_LOSS = { int8Margin: 5 } as const;

/** Chooses the precision of version 1 of a model, and its runtime. */
export const choose = (hub: HubUser, precision: string, model = 'colours', runtime = 'AUTO'): Promise<unknown> =>
  hub.ask('set-serving-precision', { model, version: 1, precision, runtime });

/** The form that is loaded for production. */
export async function loadedForm(hub: HubUser): Promise<string | undefined> {
  const { deployments } = await hub.ask<{ deployments: { precision: string; selfCheck: string }[] }>('deployments');
  expect(deployments.map(({ selfCheck }) => selfCheck)).toEqual(deployments.map(() => 'PASSED'));
  return deployments[0]?.precision;
}

/** Blobs of the 8-bit form in the data folder of a stopped hub. */
export async function quantizedBlobs(data: string): Promise<readonly string[]> {
  return inDatabase(data, async (client) => {
    const names: string[] = [];
    for await (const { by, sha256 } of namedBlobs(client, new FileBlobStore(dataPaths(data).blobs))) {
      if (by === '8-bit form of colours 1') names.push(sha256);
    }
    return names;
  });
}

/** A stopped hub, its prepared run, and the figures of a version that it measured. */
export interface MeasuredColours {
  readonly maker: TestHub;
  readonly run: RunAnswer;
  readonly measured: VersionServingAnswer;
}

/** Calibrates and quantizes version 1 of "colours", lets it serve 8 bits by choice, and stops the hub, whose data tests copy. */
export async function measuredColours(): Promise<MeasuredColours> {
  const maker = await TestHub.startWithColours({ versionWork: true, settings: ANY_LOSS });
  await choose(maker, 'FP32');
  const run = await maker.run(maker.runId);
  const measured = await maker.measured('colours', 1);
  await maker.calibrated('colours', 1);
  await choose(maker, 'INT8');
  await maker.stop();
  return { maker, run, measured };
}
