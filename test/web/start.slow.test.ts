import type { Browser, Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectAccessible, installedBrowser } from '../support/browser.js';
import { expectFitsPhone, onPage, PHONE } from '../support/on-page.js';
import { datasetVersionRow } from '../support/run-rows.js';
import { TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('the start page', () => {
  async function on(hub: TestHub, what: (page: Page) => Promise<void>, options = {}): Promise<void> {
    onTestFinished(() => hub.remove());
    await onPage(browser as Browser, hub, '/', what, options);
  }

  it('leads from an empty hub through the sample to an answer, and resumes after each reload', {
    timeout: 400_000,
  }, async () => {
    const hub = await TestHub.start({ versionWork: true });
    await on(hub, async (page) => {
      const present = page.locator('[aria-current="step"]');
      await page.getByRole('button', { name: 'Use the CIFAR-10 sample' }).waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Use the CIFAR-10 sample' }).click();
      await page.reload(); // the click is not lost
      await page.getByRole('link', { name: 'cifar10-sample version 1' }).waitFor();
      expect(await present.textContent()).toContain('Train');
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Train on cifar10-sample version 1' }).click();
      await present.getByText('under way').waitFor();
      await page.reload();
      await present.getByText('under way').waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Put into production' }).click({ timeout: 240_000 });
      await page.getByText('production', { exact: true }).waitFor({ timeout: 240_000 });
      await page.getByRole('table', { name: 'Latest runs' }).waitFor();
      await expectAccessible(page);
      await page.getByRole('list', { name: 'Sample photos' }).getByRole('button', { name: 'ship' }).click();
      await page.getByText(/^cifar10-sample@production: version 1, .+, \d+ ms$/).waitFor();
      expect(new URL(page.url()).pathname).toBe('/classify');
    });
  });

  it('says why a backbone cannot be had, and what to do', async () => {
    await on(await TestHub.start({ rows: (client) => datasetVersionRow(client, 'colours') }), async (page) => {
      await page.getByRole('combobox', { name: 'Backbone' }).selectOption('imagenet');
      await page.getByText('imagenet cannot be downloaded now.').waitFor();
      await page.getByText('Why', { exact: true }).click();
      await page.getByText(/"imagenet" cannot be downloaded: .*Choose "efficientnet-lite0"/).waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Use efficientnet-lite0 instead' }).click();
      expect(await page.getByRole('combobox', { name: 'Backbone' }).inputValue()).toBe('efficientnet-lite0');
    });
  });

  it('fits a phone', async () => {
    const ready = async (page: Page): Promise<void> => {
      await page.getByText('production', { exact: true }).waitFor();
      await expectFitsPhone(page);
    };
    await on(await TestHub.startWithColours(), ready, PHONE);
  });
});
