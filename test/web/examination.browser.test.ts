import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { zipOf } from '../datasets/archives.js';
import { expectAccessible, installedBrowser } from '../support/browser.js';
import { colourImages, colourPhoto } from '../support/colour-images.js';
import { onPage } from '../support/on-page.js';
import { TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('the examination of a dataset version', () => {
  let hub: TestHub;

  beforeAll(async () => {
    hub = await TestHub.start();
    const images = { ...(await colourImages()), 'train/green/wrong.png': await colourPhoto('red', 700) };
    await hub.register('colours', await zipOf(images));
  });
  afterAll(() => hub.remove());

  it('starts, lists what it found, takes decisions by key, and makes a version by them', () =>
    onPage(browser as Browser, hub, '/datasets/colours/1', async (page) => {
      await page.getByRole('link', { name: 'Wrong labels and outliers' }).click();
      await page.getByRole('heading', { name: 'Not examined yet' }).waitFor();
      await expectAccessible(page, ['light', 'dark']);
      const mode = page.getByRole('radiogroup', { name: 'Mode' });
      await mode.getByText('Thorough').click();
      await page.getByText(/trains four networks\. About /).waitFor();
      await expectAccessible(page);
      await mode.getByText('Quick').click();
      await page.getByRole('button', { name: 'Examine' }).click();
      await page.getByText('By the features of efficientnet-lite0 at 128 px').waitFor();
      await expectAccessible(page, ['light', 'dark']);
      const findings = page.getByRole('list', { name: 'Findings' });
      const wrong = findings.getByRole('button', { name: 'green, rather red?' }).first();
      await wrong.focus();
      await page.keyboard.press('a');
      await page.getByRole('button', { name: 'Create version with 1 change' }).waitFor();
      await findings.getByRole('button', { name: '→ red' }).focus();
      await page.keyboard.press('d');
      await findings.getByRole('button', { name: 'dismissed' }).click();
      const viewed = page.getByRole('dialog', { name: 'wrong.png' });
      await viewed.getByRole('list', { name: 'Similar images' }).waitFor();
      await expectAccessible(page);
      await viewed.getByRole('button', { name: 'It is red' }).click();
      await viewed.getByText('decision: → red').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Create version with 1 change' }).click();
      await page.getByRole('heading', { name: 'colours, version 2' }).waitFor();
      expect(page.url()).toMatch(/\/datasets\/colours\/2$/);
    }));
});
