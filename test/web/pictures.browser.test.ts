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
      const left = choice.and(page.locator('[aria-pressed="false"]'));
      await left.waitFor();
      await page.reload();
      await left.waitFor();
      await expect.poll(() => chart.getAttribute('aria-label')).not.toContain(worst);
      await page.getByRole('img', { name: /^Precision-recall curves of / }).waitFor();
      await page.getByRole('img', { name: /^Accuracy by confidence\. (Over|Under)confident/ }).waitFor();
      const slices = page.getByRole('table', { name: 'Slices' });
      for (const name of COLOUR_NAMES)
        await slices.getByRole('row', { name: new RegExp(`^class ${name} 8 `) }).waitFor();
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

describe.skipIf(!browser)('the lineage and the map', () => {
  let hub: HubWithColours;
  let tuned: string;

  beforeAll(async () => {
    // The cache has features of the fine-tune run alone.
    hub = await TestHub.startWithColours({ rows: (client) => client.featureChunk.deleteMany() });
    const input = { parentRunId: hub.runId, fineTuneFrom: 'mixed9', epochs: 1 };
    const { startFineTuneRun } = await hub.ask<{ startFineTuneRun: { id: string } }>('start-fine-tune-run', { input });
    tuned = (await hub.ended(startFineTuneRun.id)).id;
  });
  afterAll(() => hub.remove());

  const short = (id: string): string => id.slice(-8);

  it('of a run leads to its data, its backbone and the run before it', () =>
    onPage(browser as Browser, hub, `/runs/${tuned}`, async (page) => {
      const stops = page.getByRole('list', { name: 'Lineage of the run' }).getByRole('listitem');
      await stops.nth(3).waitFor();
      const texts = await stops.allTextContents();
      expect(texts[0]).toMatch(/^Dataset versioncolours 1/);
      expect(texts[1]).toBe('Backbonetiny-imagenet-2');
      expect(texts[2]).toContain(`from colours 1 and tiny-imagenet-2`);
      expect(texts[3]).toContain(`from ${short(hub.runId)}`);
      await expectAccessible(page, ['light', 'dark']);
      await stops.getByRole('link', { name: short(hub.runId) }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: `Run ${short(hub.runId)}` }).waitFor();
      // Its data and the model version that was made from it have the same name.
      await stops.getByRole('link', { name: 'colours 1' }).nth(1).click();
      const list = page.getByRole('list', { name: 'Lineage of version 1 of colours' });
      await list.getByText('production').waitFor();
      await list.getByText(/^ONNX, .*safetensors/).waitFor();
    }));

  it('of test images shows the image of a point, by keyboard too, and says why there is none', () =>
    onPage(browser as Browser, hub, `/runs/${tuned}`, async (page) => {
      await page.getByRole('button', { name: 'Show the map' }).click();
      const map = page.getByRole('group', {
        name: /^24 test images by their features, \d+ of them predicted wrong\.$/,
      });
      const points = map.locator('[tabindex]');
      await points.focus();
      await page.keyboard.press('ArrowRight');
      const image = page.getByRole('figure').getByRole('img', { name: /^test\/\w+\/\d+\.png$/ });
      await image.waitFor();
      const first = await image.getAttribute('alt');
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => image.getAttribute('alt'), { timeout: 10_000 }).not.toBe(first);
      await page.getByText('Mistakes', { exact: true }).click();
      await page
        .getByRole('list', { name: 'Colors' })
        .getByText(/^correct \(\d+\)$/)
        .waitFor();
      await expectAccessible(page, ['light', 'dark']);
      await page
        .getByRole('region', { name: 'Map of the test images' })
        .getByRole('switch', { name: 'Show as a table' })
        .click();
      const rows = page.getByRole('table', { name: 'Images of the map' }).getByRole('row');
      await expect.poll(() => rows.count()).toBe(25);
      await page.goto(`${hub.url}/runs/${hub.runId}?map=`);
      await page.getByText(/^The features of this run are not in the cache/).waitFor();
    }));

  it('of a model version is a list on a phone', () =>
    onPage(
      browser as Browser,
      hub,
      '/models/colours',
      async (page) => {
        const list = page.getByRole('list', { name: 'Lineage of version 1 of colours' });
        await list.getByText('from colours 1 and tiny-imagenet-2').waitFor();
        await expectFitsPhone(page);
      },
      PHONE,
    ));
});
