import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunAnswer } from '../support/answers.js';
import { expectAccessible, installedBrowser } from '../support/browser.js';
import { COLOUR_NAMES } from '../support/colour-images.js';
import { expectFitsPhone, onPage, PHONE } from '../support/on-page.js';
import { HOPELESS } from '../support/recipes.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('the charts of a run', () => {
  let hub: HubWithColours;
  let poor: RunAnswer;

  beforeAll(async () => {
    // The prepared run is as one from before the hub kept probabilities.
    hub = await TestHub.startWithColours({
      rows: (client) => client.run.updateMany({ data: { probabilitiesBlob: null } }),
    });
    poor = await hub.train({ datasetVersionId: hub.datasetVersionId, recipe: HOPELESS });
  });
  afterAll(() => hub.remove());

  it('draw the curves of the classes that are chosen, and keep the choice in the address', () =>
    onPage(browser as Browser, hub, `/runs/${poor.id}`, async (page) => {
      const chart = page.getByRole('img', { name: /^ROC curves of / });
      await chart.waitFor();
      const worst = (await chart.getAttribute('aria-label'))?.match(/^ROC curves of (\w+)/)?.[1] as string;
      expect(COLOUR_NAMES).toContain(worst);
      const choice = page
        .getByRole('list', { name: /^Classes, lowest/ })
        .getByRole('button', { name: new RegExp(`^${worst} ROC 0\\.\\d{3} · AP 0\\.\\d{3}$`) });
      await choice.click();
      await page.getByRole('img', { name: /^Precision-recall curves of / }).waitFor();
      await page.reload();
      await chart.waitFor();
      expect(await choice.getAttribute('aria-pressed')).toBe('false');
      expect(await chart.getAttribute('aria-label')).not.toContain(worst);
      await page.getByRole('img', { name: /^Accuracy by confidence\. (Over|Under)confident/ }).waitFor();
      await expectAccessible(page, ['light', 'dark']);
      await page.getByRole('switch', { name: 'Show as tables' }).click();
      const rows = page.getByRole('table', { name: 'Curves by class' }).getByRole('row');
      await expect.poll(() => rows.count()).toBe(5); // the heads, the mean and three classes
      const bins = page.getByRole('table', { name: 'Test images by confidence' }).getByRole('row');
      const images = await bins.getByRole('cell').nth(1).textContent();
      expect(Number(images)).toBeGreaterThan(0);
    }));

  it('say why a run from before has none, and are those of a model version too', () =>
    onPage(browser as Browser, hub, `/runs/${hub.runId}`, async (page) => {
      await page.getByText(/^Not recorded\. The run ended before the hub kept/).waitFor();
      await page.getByRole('img', { name: /^Test images by confidence/ }).waitFor();
      await page.goto(`${hub.url}/models/colours`);
      await page.getByText('Curves and confidence on the test images').click();
      await page.getByText(/^Not recorded\. The run ended before the hub kept/).waitFor();
      await expectAccessible(page);
    }));

  it('fit a phone', () =>
    onPage(
      browser as Browser,
      hub,
      `/runs/${poor.id}?curve-table=`,
      async (page) => {
        await page.getByRole('table', { name: 'Curves by class' }).waitFor();
        await expectFitsPhone(page);
        await page.getByRole('switch', { name: 'Show as tables' }).click();
        await page.getByRole('img', { name: /^ROC curves of / }).waitFor();
        await expectFitsPhone(page);
      },
      PHONE,
    ));
});
