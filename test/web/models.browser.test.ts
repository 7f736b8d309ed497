import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectAccessible, installedBrowser, openPage, type Watched } from '../support/browser.js';
import { colourPhoto } from '../support/colour-images.js';
import { copyRun, copyVersions } from '../support/model-copies.js';
import { expectFitsPhone, PHONE } from '../support/on-page.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('the pages of models', () => {
  let hub: HubWithColours;
  /** Another run. */
  let other: string;
  let opened: Watched;
  let page: Page;

  const models = Array.from({ length: 9 }, (_, i) => `model-${i + 1}`);
  /** A model that no other test uses, with a good and a worse version, promoted to production in the given order. */
  const newModel = async (...promoted: readonly number[]): Promise<string> => {
    const model = models.pop()!;
    for (const version of promoted) await promote(model, version, 'before');
    return model;
  };
  const open = async (path: string): Promise<void> => {
    await page.goto(`${hub.url}${path}`);
    await page.getByText('Live', { exact: true }).waitFor();
  };
  const promote = async (model: string, version: number, reason: string): Promise<void> => {
    await hub.ask('promote', { model, version, reason, overrideGate: true });
  };
  const alias = (name: string) =>
    page.getByRole('list', { name: 'Aliases' }).getByRole('listitem').filter({ hasText: name });

  beforeAll(async () => {
    hub = await TestHub.startWithColours({
      rows: async (client) => {
        for (const model of models) await copyVersions(client, model);
        other = await copyRun(client);
      },
    });
  });
  beforeEach(async () => {
    opened = await openPage(browser as Browser, hub, '/models');
    page = opened.page;
  });
  afterEach(async () => {
    expect(opened.problems).toEqual([]);
    await opened.close();
  });
  afterAll(() => hub.remove());

  it('show a version once it is registered, and that no alias points to it', async () => {
    await open('/models');
    await hub.registerModel(hub.runId, 'fresh');
    await page.getByRole('link', { name: 'fresh' }).click();
    await page.getByText('No alias points to a version yet').waitFor();
    await hub.registerModel(other, 'fresh');
    await page.getByRole('link', { name: 'Version 2', exact: true }).waitFor();
    await expectAccessible(page);
    const file = page.waitForEvent('download');
    await page.getByRole('button', { name: 'safetensors' }).click();
    expect((await file).suggestedFilename()).toBe('fresh-2.safetensors');
  });

  it('promote a version for a reason', async () => {
    const model = await newModel();
    await open(`/models/${model}`);
    await page.getByRole('link', { name: 'Promote version 1' }).click();
    await page.getByText('✓ passed').waitFor();
    const button = page.getByRole('button', { name: 'Promote' });
    expect(await button.isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Reason' }).fill('knows every colour');
    await button.click();
    await alias('production').getByText('version 1').waitFor();
    await expectAccessible(page);
  });

  it('show in advance what the gate refuses, and override it only on request', async () => {
    const model = await newModel(1);
    await open(`/models/${model}/promote?version=2&alias=production`);
    await page.getByText('✗ failed').first().waitFor();
    await page.getByRole('textbox', { name: 'Reason' }).fill('to see what happens');
    await page.getByRole('textbox', { name: `Type ${model} to continue` }).fill(model);
    const button = page.getByRole('button', { name: 'Promote' });
    expect(await button.isDisabled()).toBe(true);
    await expectAccessible(page);
    await page.getByRole('checkbox', { name: /^Override the gate/ }).check();
    await button.click();
    await alias('production').getByText('version 2').waitFor();
    await page.getByText(/^overridden: Version 2 has/).waitFor();
  });

  it('roll back with a reason and one button, and keep it after a reload', async () => {
    await open(`/models/${await newModel(1, 2)}`);
    await page.getByRole('link', { name: 'Roll back to 1' }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('it knows nothing');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Roll back to version 1' }).click();
    await alias('production').getByText('version 1').waitFor();
    await page.reload();
    await page.getByRole('cell', { name: 'it knows nothing' }).waitFor();
  });

  it('show the precision of a promoted version, remove the alias for a reason, and roll it back', async () => {
    const model = await newModel(1);
    await open(`/models/${model}`);
    const history = page.getByRole('table', { name: 'Alias moves' }).getByRole('row');
    await history.filter({ hasText: 'before' }).getByRole('cell', { name: '32-bit floats' }).waitFor();
    await page.getByRole('link', { name: 'Remove the alias production' }).click();
    const button = page.getByRole('button', { name: 'Remove alias' });
    await page.getByRole('textbox', { name: 'Reason' }).fill('retired');
    expect(await button.isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: `Type ${model} to continue` }).fill(model);
    await expectAccessible(page);
    await button.click();
    await alias('production').getByText('removed').waitFor();
    await history.filter({ hasText: 'retired' }).getByRole('cell', { name: 'not asked: removal' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Roll back to 1' }).click();
    await page.getByRole('columnheader', { name: 'Current: none' }).waitFor();
    await page.getByRole('textbox', { name: 'Reason' }).fill('still needed');
    await page.getByRole('button', { name: 'Roll back to version 1' }).click();
    await alias('production').getByText('version 1').waitFor();
    await hub.ask('remove-alias', { model, alias: 'production', reason: 'by somebody else' });
    await alias('production').getByText('removed').waitFor();
  });

  it('show moves by others, also on the form for the same move', async () => {
    const model = await newModel(1);
    await open(`/models/${model}/promote?version=2&alias=production`);
    await page.getByRole('columnheader', { name: 'Current: version 1' }).waitFor();
    await promote(model, 2, 'somebody else was faster');
    await page.getByRole('heading', { name: 'Nothing to promote' }).waitFor();
  });

  it('show a move that happens while they are refreshed after the one before', async () => {
    const model = await newModel(1);
    let notices = 0;
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        if (payload.includes(`"id":"${model}"`)) notices += 1;
      }),
    );
    await page.clock.install();
    await open(`/models/${model}`);
    await alias('production').getByText('version 1').waitFor();
    const answers: (() => Promise<void>)[] = [];
    await page.route('**/graphql', async (route) => {
      if (answers.length > 0 || !route.request().postData()?.includes('query ModelPage')) return route.fallback();
      const response = await route.fetch();
      answers.push(() => route.fulfill({ response }));
    });
    await promote(model, 2, 'first move');
    await expect.poll(() => answers.length).toBe(1); // read by the hub, and still on its way
    const before = notices;
    await promote(model, 1, 'second move');
    await expect.poll(() => notices).toBeGreaterThan(before);
    await page.clock.fastForward(1_000); // refreshes of the same data are half a second apart
    await answers[0]?.();
    await page.getByRole('cell', { name: 'second move' }).waitFor();
  });

  it('show a rollout with its counts next to the current version', async () => {
    const model = await newModel(1, 2);
    await open(`/models/${model}`);
    const input = { model, version: 1, mode: 'SHADOW', share: 1, reason: 'is it as good' };
    await hub.ask('start-rollout', { input });
    await page.getByRole('heading', { name: 'Rollout' }).waitFor();
    await page.getByText('No photo has been answered by both versions yet.').waitFor();
    await hub.send('classify', 'image', await colourPhoto('red', 1), { model });
    await page.getByText(/^The versions agree on .+ of 1 photo \(.+ to .+\)\.$/).waitFor();
    await expectAccessible(page);
  });

  it('archive and delete versions and models, once the name of the model is typed', async () => {
    const model = await newModel();
    await open(`/models/${model}?version=1`);
    await page.getByRole('button', { name: 'Archive version 1' }).click();
    await page.getByRole('heading', { name: 'Archived versions' }).waitFor();
    await page.getByRole('link', { name: 'Version 1', exact: true }).waitFor({ state: 'detached' });
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Unarchive version 1' }).click();
    await page.getByRole('link', { name: 'Version 1', exact: true }).click();
    await page.getByRole('button', { name: 'Delete version 1…' }).click();
    const remove = page.getByRole('button', { name: 'Delete', exact: true });
    expect(await remove.isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: `Type ${model} to continue` }).fill(model);
    await expectAccessible(page);
    await remove.click();
    await page.getByRole('link', { name: 'Version 1', exact: true }).waitFor({ state: 'detached' });
    await promote(model, 2, 'held');
    await page.getByRole('button', { name: 'Archive model' }).click();
    await page.getByText(/the alias production points to version 2/).waitFor();
    const other = await newModel();
    await open(`/models/${other}`);
    await page.getByRole('button', { name: 'Archive model' }).click();
    await page.getByText('This model is archived.').waitFor();
    await open('/models');
    await page.getByRole('link', { name: model }).waitFor();
    expect(await page.getByRole('link', { name: other }).count()).toBe(0);
    await page.getByRole('switch', { name: 'Show archived models' }).click();
    await page.getByRole('link', { name: other }).click();
    await page.getByRole('button', { name: 'Delete model…' }).click();
    await page.getByRole('textbox', { name: `Type ${other} to continue` }).fill(other);
    await remove.click();
    await page.getByRole('heading', { name: 'Models' }).waitFor();
    await page.getByRole('link', { name: other }).waitFor({ state: 'detached' });
  });

  it('fit a phone', async () => {
    await page.setViewportSize(PHONE.viewport);
    await open('/models/colours?version=99');
    await page.getByText('Version 99 is archived, deleted or never existed.').waitFor();
    await open('/models/colours');
    await alias('production').waitFor();
    await expectFitsPhone(page);
  });
});
