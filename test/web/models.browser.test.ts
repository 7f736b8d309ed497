import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectAccessible, installedBrowser, openPage, type Watched } from '../support/browser.js';
import { colourPhoto, registerColours } from '../support/colour-images.js';
import { expectFitsPhone, PHONE } from '../support/on-page.js';
import { HOPELESS, QUICK } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

// One story: every test begins where the one before it ended.
describe.skipIf(!browser)('the pages of models', () => {
  let hub: TestHub;
  let opened: Watched;
  let page: Page;

  /** Trains, and makes a version of the model of it. */
  const addVersion = async (datasetVersionId: string, recipe: object): Promise<void> => {
    const run = await hub.train({ datasetVersionId, recipe });
    await hub.registerModel(run.id, 'colours');
  };
  const open = async (path: string): Promise<void> => {
    await page.goto(`${hub.url}${path}`);
    await page.getByText('Live', { exact: true }).waitFor();
  };
  const promote = async (version: number, reason: string): Promise<void> => {
    await hub.ask('promote', { model: 'colours', version, reason, overrideGate: true });
  };
  const alias = (name: string) =>
    page.getByRole('list', { name: 'Aliases' }).getByRole('listitem').filter({ hasText: name });

  beforeAll(async () => {
    hub = await TestHub.start();
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

  it('say how to create a model when there are none', async () => {
    await page.getByRole('heading', { name: 'No models yet' }).waitFor();
    await expectAccessible(page);
    await open('/models/nobody');
    await page.getByRole('heading', { name: 'Model not found' }).waitFor();
  });

  it('show a version once it is registered, and that no alias points to it', async () => {
    await open('/models');
    const data = await registerColours(hub);
    await addVersion(data.id, QUICK);
    await page.getByRole('link', { name: 'colours' }).click();
    await page.getByText('No alias points to a version yet').waitFor();
    await addVersion(data.id, HOPELESS);
    await page.getByRole('link', { name: 'Version 2', exact: true }).waitFor();
    await expectAccessible(page);
    const file = page.waitForEvent('download');
    await page.getByRole('button', { name: 'safetensors' }).click();
    expect((await file).suggestedFilename()).toBe('colours-2.safetensors');
  });

  it('promote a version for a reason, once the name of the model is typed', async () => {
    await open('/models/colours');
    await page.getByRole('link', { name: 'Promote version 1' }).click();
    await page.getByText('✓ passed').waitFor();
    const button = page.getByRole('button', { name: 'Promote' });
    expect(await button.isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Reason' }).fill('knows every colour');
    expect(await button.isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Type colours to continue' }).fill('colours');
    await button.click();
    await alias('production').getByText('version 1').waitFor();
    await expectAccessible(page);
  });

  it('show in advance what the gate refuses, and override it only on request', async () => {
    await open('/models/colours/promote?version=2&alias=production');
    await page.getByText('✗ failed').first().waitFor();
    await page.getByRole('textbox', { name: 'Reason' }).fill('to see what happens');
    await page.getByRole('textbox', { name: 'Type colours to continue' }).fill('colours');
    const button = page.getByRole('button', { name: 'Promote' });
    expect(await button.isDisabled()).toBe(true);
    await expectAccessible(page);
    await page.getByRole('checkbox', { name: /^Override the gate/ }).check();
    await button.click();
    await alias('production').getByText('version 2').waitFor();
    await page.getByText(/^overridden: Version 2 has/).waitFor();
  });

  it('roll back with a reason and one button, and keep it after a reload', async () => {
    await open('/models/colours');
    await page.getByRole('link', { name: 'Roll back to 1' }).click();
    await page.getByRole('textbox', { name: 'Reason' }).fill('it knows nothing');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Roll back to version 1' }).click();
    await alias('production').getByText('version 1').waitFor();
    await page.reload();
    await page.getByRole('cell', { name: 'it knows nothing' }).waitFor();
  });

  it('show moves by others, also on the form for the same move', async () => {
    await open('/models/colours/promote?version=2&alias=production');
    await page.getByRole('columnheader', { name: 'Current: version 1' }).waitFor();
    await promote(2, 'somebody else was faster');
    await page.getByRole('heading', { name: 'Nothing to promote' }).waitFor();
  });

  it('show a rollout with its counts next to the current version', async () => {
    await open('/models/colours');
    const input = { model: 'colours', version: 1, mode: 'SHADOW', share: 1, reason: 'is it as good' };
    await hub.ask('start-rollout', { input });
    await page.getByRole('heading', { name: 'Latest rollout' }).waitFor();
    await page.getByText('No photo has been answered by both versions yet.').waitFor();
    await hub.send('classify', 'image', await colourPhoto('red', 1), { model: 'colours' });
    await page.getByText(/^The versions agree on .+ of 1 photos\.$/).waitFor();
    await expectAccessible(page);
  });

  it('fit a phone', async () => {
    await page.setViewportSize(PHONE.viewport);
    await open('/models/colours');
    await alias('production').waitFor();
    await expectFitsPhone(page);
  });
});
