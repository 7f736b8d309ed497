import type { RunAnswer } from './answers.js';
import { registerColours } from './colour-images.js';
import type { HubUser } from './hub-user.js';
import { QUICK } from './recipes.js';

/** Lets a hub serve version 1 of the model "colours", which tells its three colours apart. @returns its run. */
export async function serveColours(hub: HubUser): Promise<RunAnswer> {
  const version = await registerColours(hub);
  const run = await hub.train({ datasetVersionId: version.id, recipe: QUICK });
  await promoteAs(hub, run, 'colours');
  return run;
}

/** Lets it serve what a run made under another name, calibrated and with floats: what answers stays the same meanwhile. */
export async function promoteAs(hub: HubUser, run: RunAnswer, model: string): Promise<void> {
  const { number } = await hub.registerModel(run.id, model);
  await hub.calibrated(model, number);
  await hub.ask('set-serving-precision', { model, version: number, precision: 'FP32' });
  await hub.ask('promote', { model, version: number, reason: 'test' });
}
