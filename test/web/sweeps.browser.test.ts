import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, installedBrowser } from '../support/browser.js';
import { expectFitsPhone, expectRefused, onPage, PHONE } from '../support/on-page.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('the pages of sweeps', () => {
  let hub: HubWithColours;
  beforeAll(async () => {
    hub = await TestHub.startWithColours();
  });
  afterAll(() => hub.remove());

  it('start a sweep from a run, rank its trials, and lead to the run of the best', () =>
    onPage(browser as Browser, hub, `/runs/${hub.runId}`, async (page) => {
      await page.getByRole('link', { name: 'Sweep from here' }).click();
      await page.getByRole('textbox', { name: 'Values, separated by commas' }).fill('0.0000001, 0.003, x');
      await page.getByText(/^Learning rate: x: Enter a number/).waitFor();
      expect(await page.getByRole('button', { name: 'Start' }).isDisabled()).toBe(true);
      await page.getByRole('textbox', { name: 'Values, separated by commas' }).fill('0.0000001, 0.003');
      await page.getByText('2 trials. The best becomes a run.').waitFor();
      await expectAccessible(page, ['light', 'dark']);
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByRole('heading', { name: /^Sweep / }).waitFor();
      const best = page.getByRole('row', { name: /^1 2 0\.003/ });
      await best.getByText('Succeeded').waitFor();
      await page.getByText('2 of 2').waitFor();
      await page
        .getByRole('img', { name: 'Hyperparameters and metric of 2 trials; best: Learning rate 0.003.' })
        .waitFor();
      await page.getByText('Importance needs at least 4 trials that have ended; there are 2.').waitFor();
      await expectAccessible(page);
      await page.locator('dt', { hasText: 'Run of the best trial' }).locator('+ dd').getByRole('link').click();
      await page.getByRole('link', { name: 'a sweep' }).click();
      await page.getByRole('button', { name: 'Delete…' }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('alert').filter({ hasText: /run/ }).waitFor();
    }));

  it('start one of random draws from a preset, cancel it, and delete it', () =>
    onPage(browser as Browser, hub, '/sweeps', async (page) => {
      await page.getByRole('link', { name: 'New sweep' }).first().click();
      await page.getByRole('radio', { name: 'tiny-imagenet-2' }).check();
      await page.getByText('Random draws').click();
      await page.getByRole('combobox', { name: 'From' }).selectOption('a range');
      await page.getByRole('textbox', { name: 'Trials' }).fill('300');
      await page.getByText('300 trials. The best becomes a run.').waitFor();
      await page.getByRole('textbox', { name: 'Name' }).fill('wide search');
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByRole('heading', { name: 'wide search' }).waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText(/^\d+ of 300, \d+ canceled$/).waitFor();
      await page
        .getByText(/^The chart appears when two trials/)
        .or(page.getByRole('img', { name: /^Hyper/ }))
        .waitFor();
      const { pathname } = new URL(page.url());
      await page.getByRole('link', { name: 'Sweeps' }).click();
      await page.getByRole('row', { name: /^wide search Canceled .* first / }).waitFor();
      await page.getByRole('link', { name: 'wide search' }).click();
      await page.getByRole('button', { name: 'Delete…' }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('heading', { name: 'Sweeps', exact: true }).waitFor();
      await page.goto(`${hub.url}${pathname}`);
      await page.getByRole('heading', { name: 'Sweep not found' }).waitFor();
    }));

  it('say which role a sweep needs', async () => {
    const { secret } = await hub.createToken({ name: 'looker', role: 'VIEWER' });
    await onPage(browser as Browser, { url: hub.url, token: secret }, '/sweeps/new', async (page) => {
      await expectRefused(page.getByRole('button', { name: 'Start' }), /^This needs the role TRAINER/);
    });
  });

  it.each(['/sweeps', '/sweeps/new'])('fit a phone: %s', (path) =>
    onPage(
      browser as Browser,
      hub,
      path,
      async (page) => {
        await page.getByText('Live', { exact: true }).waitFor();
        await page.getByRole('main').getByRole('heading', { level: 2 }).or(page.getByRole('table')).first().waitFor();
        await expectFitsPhone(page);
      },
      PHONE,
    ),
  );
});
