import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { ROOT } from '../docs/pages.js';
import { ENDLESS } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

const TEMPLATE = readFileSync(`${ROOT}deploy/chart/templates/autoscaling.yaml`, 'utf8');
const QUERY = /query: >-\n((?: {10}.*\n)+)/.exec(TEMPLATE)![1]!;

it('the query for KEDA counts the run that trains and the one that waits, and neither once they have ended', async () => {
  const hub = await TestHub.startWithColours();
  onTestFinished(() => hub.remove());
  const { datasetVersionId } = hub;
  const count = (): Promise<number> =>
    hub.inDatabase(async (client) => Number((await client.$queryRawUnsafe<{ count: bigint }[]>(QUERY))[0]!.count));
  const queue = (): Promise<string> => hub.queue({ datasetVersionId, recipe: ENDLESS });
  const others = await count(); // work on the version of the prepared data
  const runs = [await queue(), await queue()];
  expect(await count()).toBe(others + 2);
  for (const id of runs) {
    await hub.ask('cancel-run', { id });
    await hub.ended(id);
  }
  expect(await count()).toBe(others);
});
