import type { DatasetVersionAnswer, RunAnswer } from './answers.js';
import { registerColours } from './colour-images.js';
import type { HubUser } from './hub-user.js';
import { QUICK } from './recipes.js';

/** Trains version 1 of the model "colours", which recognizes its three colors, and serves it. */
export async function serveColours(hub: HubUser): Promise<{ version: DatasetVersionAnswer; run: RunAnswer }> {
  const version = await registerColours(hub);
  const run = await hub.train({ datasetVersionId: version.id, recipe: QUICK });
  await promoteAs(hub, run.id, 'colours');
  return { version, run };
}

/** Registers a run as the first version of a model, and serves it. */
export async function promoteAs(hub: HubUser, runId: string, model: string): Promise<void> {
  const { number } = await hub.registerModel(runId, model);
  await hub.ask('promote', { model, version: number, reason: 'test', now: true });
}
