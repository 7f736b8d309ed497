import type { RunAnswer } from './answers.js';
import { registerColours } from './colour-images.js';
import type { HubUser } from './hub-user.js';
import { QUICK } from './recipes.js';

/** Serves version 1 of the model "colours", which recognizes its three colors. @returns its run. */
export async function serveColours(hub: HubUser): Promise<RunAnswer> {
  const version = await registerColours(hub);
  const run = await hub.train({ datasetVersionId: version.id, recipe: QUICK });
  await promoteAs(hub, run, 'colours');
  return run;
}

/** Serves a run as another model, calibrated and with floats, so that its answers do not change during a test. */
export async function promoteAs(hub: HubUser, run: RunAnswer, model: string): Promise<void> {
  const { number } = await hub.registerModel(run.id, model);
  await hub.calibrated(model, number);
  await hub.ask('set-serving-precision', { model, version: number, precision: 'FP32' });
  await hub.ask('promote', { model, version: number, reason: 'test' });
}
