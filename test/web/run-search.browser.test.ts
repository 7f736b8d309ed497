import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, installedBrowser } from '../support/browser.js';
import type { HubUser } from '../support/hub-user.js';
import { expectFitsPhone, expectRefused, onPage, PHONE } from '../support/on-page.js';
import { HOPELESS } from '../support/recipes.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('runs that people can find again', () => {
  let hub: HubWithColours;
  let ann: HubUser;
  let bob: HubUser;
  /** A run of ann's. */
  let id: string;

  beforeAll(async () => {
    hub = await TestHub.startWithColours();
    const trainer = async (name: string) =>
      hub.as((await hub.createToken({ name, role: 'TRAINER', model: null })).secret);
    [ann, bob] = [await trainer('ann'), await trainer('bob')];
    const backbone = await hub.failingBackbone();
    ({ id } = await ann.train({ datasetVersionId: hub.datasetVersionId, recipe: HOPELESS, backbone }));
  });
  afterAll(() => hub.remove());

  const list = (page: Page) => page.getByRole('region', { name: 'List of runs' });
  /** By its summary: a row of the list before it, ungrouped, has a link of the same text. */
  const openGroup = (page: Page, name: string) => page.locator('summary').filter({ hasText: name }).click();
  const saved = async (page: Page, button: string): Promise<string> => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button }).click(),
    ]);
    return readFile(await download.path(), 'utf8');
  };

  it('opens a run by a part of its ID, names it, and finds it by its name', () =>
    onPage(browser as Browser, ann, `/runs/${id.slice(-8)}?log=1`, async (page) => {
      await page.getByText('by ann').waitFor();
      expect(new URL(page.url())).toMatchObject({ pathname: `/runs/${id}`, search: '?log=1' });
      await page.getByRole('button', { name: 'Name and note…' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('Blue morning');
      await page.getByRole('textbox', { name: 'Note' }).fill('=1+1 shows nothing');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { name: 'Blue morning' }).waitFor();
      await page.getByText('=1+1 shows nothing').waitFor();
      await expectAccessible(page, ['light', 'dark']);
      await page.goto(`${hub.url}/runs`);
      await page.getByRole('textbox', { name: 'Search' }).fill('morning ann');
      await list(page).getByRole('link', { name: 'Blue morning' }).waitFor();
      await expect.poll(() => list(page).getByRole('row').count()).toBe(2);
      await page.getByRole('textbox', { name: 'Search' }).fill('');
      await page.getByRole('textbox', { name: 'Owner' }).fill('bob');
      await page.getByRole('heading', { name: 'No runs match' }).waitFor();
      await page.waitForURL(({ search }) => search === '?owner=bob');
    }));

  it('keeps columns and groups in the address, and a view of them under a name', () =>
    onPage(browser as Browser, hub, '/runs', async (page) => {
      await page.getByRole('button', { name: 'Columns…' }).click();
      await page.getByRole('checkbox', { name: 'Learning rate' }).check();
      await page.getByRole('checkbox', { name: 'By epoch' }).uncheck();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Done' }).click();
      await list(page).getByRole('columnheader', { name: 'Learning rate' }).waitFor();
      expect(await list(page).getByRole('columnheader', { name: 'By epoch' }).count()).toBe(0);
      await list(page).getByRole('cell', { name: '0.003' }).first().waitFor();
      await page.getByRole('combobox', { name: 'Group by' }).selectOption('Dataset');
      await openGroup(page, 'colours 1');
      await page
        .getByRole('region', { name: 'Runs of colours 1' })
        .getByRole('cell', { name: '0.003' })
        .first()
        .waitFor();
      await expectAccessible(page, ['light', 'dark']);
      const { search } = new URL(page.url());
      expect(search).toMatch(/group=dataset&columns=.*learningRate/);
      await page.getByRole('button', { name: 'Save view…' }).click();
      await page.getByRole('textbox', { name: 'Name of the view' }).fill('Rates');
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.goto(`${hub.url}/runs`);
      await page.getByRole('combobox', { name: 'View' }).selectOption('Rates');
      await page.getByRole('button', { name: 'Forget view' }).waitFor();
      expect(new URL(page.url()).search).toBe(search);
      await page.getByRole('button', { name: 'Forget view' }).click();
      await page.getByRole('button', { name: 'Save view…' }).waitFor();
    }));

  it('downloads what the list shows, without formulas, and the metrics of a run', () =>
    onPage(browser as Browser, hub, '/runs?q=morning', async (page) => {
      await list(page).getByRole('link', { name: 'Blue morning' }).waitFor();
      const csv = await saved(page, 'Download CSV');
      expect(csv.trimEnd().split('\r\n')).toHaveLength(2);
      expect(csv).toContain(`${id},Blue morning,'=1+1 shows nothing,FAILED`);
      const rows = JSON.parse(await saved(page, 'Download JSON')) as unknown[];
      expect(rows).toMatchObject([{ id, note: '=1+1 shows nothing', owner: 'ann' }]);
      await page.goto(`${hub.url}/runs/${hub.runId}`);
      const metrics = JSON.parse(await saved(page, 'Metrics as JSON')) as unknown[];
      expect(metrics).toEqual((await hub.run(hub.runId)).epochs);
    }));

  it('are deleted by their owner, and refused to another trainer with the reason', async () => {
    await onPage(browser as Browser, bob, `/runs/${id}`, async (page) => {
      await expectRefused(
        page.getByRole('button', { name: 'Delete…' }),
        `The run ${id} was started by "ann": it can be deleted by that token, or by a MAINTAINER.`,
      );
      await page.goto(`${hub.url}/runs?ids=${id}`);
      await page.getByRole('button', { name: 'Delete…' }).and(page.locator('[aria-disabled]')).waitFor();
    });
    await onPage(browser as Browser, ann, `/runs/${id}`, async (page) => {
      await page.getByRole('button', { name: 'Delete…' }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.waitForURL(`${hub.url}/runs`);
    });
    expect(await hub.run(id)).toBeNull();
  });

  it('fit on a phone', () =>
    onPage(
      browser as Browser,
      hub,
      '/runs?group=dataset',
      async (page) => {
        await openGroup(page, 'colours 1');
        await page.getByRole('region', { name: 'Runs of colours 1' }).waitFor();
        await expectFitsPhone(page);
      },
      PHONE,
    ));
});
