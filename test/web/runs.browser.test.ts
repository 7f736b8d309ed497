import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrismaClient } from '../../src/storage/database.js';
import { expectAccessible, installedBrowser, openPage } from '../support/browser.js';
import { datasetVersionRow, runRow } from '../support/run-rows.js';
import { TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

/** More than two pages of the list, and more rows than may be in the page. */
const COUNT = 130;
const STATES = ['SUCCEEDED', 'FAILED', 'CANCELLED'] as const;

describe.skipIf(!browser)('the list of runs', () => {
  let hub: TestHub;
  /** Oldest first. */
  let ids: string[];

  beforeAll(async () => {
    const rows = async (client: PrismaClient): Promise<void> => {
      const versions = [await datasetVersionRow(client, 'pets'), await datasetVersionRow(client, 'birds')];
      ids = [];
      for (let i = 0; i < COUNT; i++) {
        const figures = { trainLoss: 1, trainAccuracy: 0.5, validationLoss: 1, seconds: 1 };
        const id = await runRow(client, versions[i % 2] as string, {
          state: STATES[i % 3] as (typeof STATES)[number],
          kind: i % 2 ? 'FINE_TUNE' : 'TRANSFER',
          createdAt: new Date(Date.UTC(2026, 0, 1, 0, i)),
          validationAccuracy: (i % 100) / 100,
          tags: i % 50 === 0 ? ['paper'] : [],
          tagText: i % 50 === 0 ? 'paper' : '',
          epochs: { create: [1, 2].map((epoch) => ({ epoch, validationAccuracy: epoch / 10, ...figures })) },
        });
        ids.push(id);
      }
    };
    hub = await TestHub.start({ rows });
  });
  afterAll(() => hub.remove());

  const rows = (page: Page) => page.getByRole('table').locator('tbody tr[aria-rowindex]');
  const link = (page: Page, id: string) => page.getByRole('link', { name: id.slice(-8) });
  const open = (path: string) => openPage(browser as Browser, hub, path);

  it('shows the newest first and loads more on scrolling, with few rows in the page', async () => {
    const { page, problems, close } = await open('/runs');
    await link(page, ids.at(-1) as string).waitFor();
    await expectAccessible(page);
    const oldest = link(page, ids[0] as string);
    const list = page.getByRole('region', { name: 'List of runs' });
    while (!(await oldest.isVisible())) {
      await list.evaluate((box) => box.scrollTo(0, box.scrollHeight));
      expect(await rows(page).count()).toBeLessThanOrEqual(80);
      await page.evaluate(() => new Promise(requestAnimationFrame));
    }
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe(`${ids.length + 1}`);
    expect(await rows(page).last().getAttribute('aria-rowindex')).toBe(`${ids.length + 1}`);
    expect(problems).toEqual([]);
    await close();
  });

  it('keeps filters, order and search in the URL, also after a reload', async () => {
    const { page, problems, close } = await open('/runs');
    await page.getByRole('button', { name: 'Failed' }).click();
    await page.getByRole('combobox', { name: 'Dataset' }).selectOption('birds');
    await page.getByRole('button', { name: 'Validation' }).click();
    await page.getByRole('textbox', { name: 'Search' }).fill('paper');
    await page.getByRole('heading', { name: 'No runs match' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('textbox', { name: 'Search' }).fill('');
    const best = ids.filter((_, i) => i % 3 === 1 && i % 2 === 1).toSorted((a, b) => accuracyOf(b) - accuracyOf(a))[0];
    await rows(page)
      .first()
      .getByRole('link', { name: best?.slice(-8) as string })
      .waitFor();
    await page.reload();
    await rows(page)
      .first()
      .getByRole('link', { name: best?.slice(-8) as string })
      .waitFor();
    const validation = page.getByRole('columnheader', { name: 'Validation' });
    await validation.and(page.locator('[aria-sort="descending"]')).waitFor();
    await page.getByRole('button', { name: 'Failed', pressed: true }).waitFor();
    expect(new URL(page.url()).search).toBe('?state=FAILED&dataset=birds&sort=VALIDATION_ACCURACY');
    await page.getByRole('button', { name: 'Validation' }).click();
    await validation.and(page.locator('[aria-sort="ascending"]')).waitFor();
    expect(problems).toEqual([]);
    await close();
  });
  const accuracyOf = (id: string): number => ids.indexOf(id) % 100;

  it('filters by the range of a metric, and clears filters that match nothing', async () => {
    const { page, problems, close } = await open('/runs');
    await page.getByRole('combobox', { name: 'Metric' }).selectOption('Validation accuracy');
    await page.getByRole('textbox', { name: 'At least' }).fill('0.99');
    await rows(page)
      .first()
      .getByRole('link', { name: ids[99]?.slice(-8) as string })
      .waitFor();
    await expect.poll(() => rows(page).count()).toBe(1);
    await page.getByRole('textbox', { name: 'At most' }).fill('0.1');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await link(page, ids.at(-1) as string).waitFor();
    await page.waitForURL(({ search }) => search === '');
    expect(problems).toEqual([]);
    await close();
  });

  it('keeps the selection in the URL, selects ranges with Shift, and links to the comparison', async () => {
    const { page, problems, close } = await open('/runs');
    const box = (i: number) => page.getByRole('checkbox', { name: `Select run ${ids.at(i)?.slice(-8)}` });
    await box(-1).click();
    await box(-3).click({ modifiers: ['Shift'] });
    await page.getByText('3 selected').waitFor();
    await page.reload();
    await page.getByText('3 selected').waitFor();
    await expect.poll(() => box(-2).isChecked()).toBe(true);
    await expectAccessible(page);
    const asked = [-1, -2, -3].map((i) => ids.at(i)).join();
    const compare = page.getByRole('link', { name: 'Compare 3' });
    await expect.poll(() => compare.getAttribute('href')).toBe(`/runs/compare?ids=${asked}`);
    expect(problems).toEqual([]);
    await close();
  });

  it('tags and deletes the selection, and shows changes by others', async () => {
    const { page, problems, close } = await open('/runs');
    const [first, second] = [ids.at(-1), ids.at(-2)] as [string, string];
    await page.getByRole('checkbox', { name: `Select run ${first.slice(-8)}` }).click();
    await page.getByRole('button', { name: 'Tag…' }).click();
    await page.getByRole('textbox', { name: 'Tags to add' }).fill('Odd one');
    await page.getByRole('button', { name: 'Add tags' }).click();
    await page.getByRole('alert').getByText('lower-case letters').waitFor(); // what was typed stays
    await page.getByRole('textbox', { name: 'Tags to add' }).fill('odd one');
    await page.getByRole('button', { name: 'Add tags' }).click();
    await page
      .getByRole('row', { name: first.slice(-8) })
      .getByText('odd, one')
      .waitFor();

    await hub.ask('tag-run', { id: second, tags: ['seen'] });
    await page
      .getByRole('row', { name: second.slice(-8) })
      .getByText('seen')
      .waitFor();

    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('group', { name: 'Delete runs' }).getByRole('button', { name: 'Delete' }).click();
    await link(page, first).waitFor({ state: 'detached' });
    await page.getByText('Select runs to compare, tag').waitFor();
    ids.pop();
    expect(problems).toEqual([]);
    await close();
  });

  it('fits a phone', async () => {
    const options = { viewport: { width: 390, height: 844 } };
    const { page, problems, close } = await openPage(browser as Browser, hub, '/runs', options);
    await link(page, ids.at(-1) as string).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await expectAccessible(page);
    expect(problems).toEqual([]);
    await close();
  });
});
