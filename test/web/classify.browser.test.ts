import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { expectAccessible, installedBrowser } from '../support/browser.js';
import { COLOUR_NAMES, type Colour, colourPhoto } from '../support/colour-images.js';
import { copyVersions } from '../support/model-copies.js';
import { expectFitsPhone, onPage, PHONE } from '../support/on-page.js';
import { dropFiles, pasteFiles, type UserFile } from '../support/page-files.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

async function photo(colour: Colour, seed = 900): Promise<UserFile> {
  return { name: `${colour}-${seed}.png`, mimeType: 'image/png', buffer: await colourPhoto(colour, seed) };
}
const NO_PHOTO: UserFile = { name: 'no.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no photo') };

describe.skipIf(!browser)('the page that classifies', () => {
  let hub: HubWithColours;
  beforeAll(async () => {
    hub = await TestHub.startWithColours({ rows: (client) => copyVersions(client, 'colours', [{}]) });
  });
  afterAll(() => hub.remove());

  const on = (path: string, what: (page: Page) => Promise<void>, options = {}) =>
    onPage(browser as Browser, hub, path, what, options);

  const card = (page: Page, name: string) => page.getByRole('article', { name: `Answers for ${name}` });

  it('says what is missing while nothing is in production, and classifies once something is', async () => {
    const idle = await TestHub.startWithColours({ rows: (client) => client.alias.deleteMany() });
    onTestFinished(() => idle.remove());
    await onPage(browser as Browser, idle, '/classify', async (page) => {
      await page.getByRole('heading', { name: 'No model in production yet' }).waitFor();
      await expectAccessible(page);
      await idle.ask('promote', { model: 'colours', version: 1, reason: 'test' });
      await page.getByRole('heading', { name: 'Sample photos' }).waitFor();
      await expectAccessible(page);
      await page.getByRole('list', { name: 'Sample photos' }).getByRole('button', { name: 'cat' }).click();
      await card(page, 'cat-0010').getByText('colours@production: version 1').waitFor();
    });
  });

  it('answers a dropped photo with probabilities, version and time', () =>
    on('/classify', async (page) => {
      await page.getByText('Drop photos anywhere').waitFor();
      await dropFiles(page, [await photo('red')]);
      const answer = card(page, 'red-900.png');
      await answer
        .getByText(/^red \d/)
        .first()
        .waitFor();
      await answer.getByText(/colours@production: version 1, 32-bit floats, \d+ ms/).waitFor();
      expect(await answer.getByRole('list', { name: 'Most probable classes' }).getByRole('listitem').count()).toBe(3);
      await expectAccessible(page);
    }));

  it('shows the areas that support a class, and saves the true class', async () => {
    await hub.ask('set-prediction-log', { model: 'colours', sample: 1, reason: 'test' });
    await on('/classify', async (page) => {
      await page.getByText('Drop photos anywhere').waitFor();
      await dropFiles(page, [await photo('red', 901)]);
      const answer = card(page, 'red-901.png');
      await answer.getByRole('button', { name: 'Why red?' }).click();
      const map = answer.getByRole('img', { name: 'Areas that support red' });
      await map.waitFor();
      expect(await map.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(320);
      await answer.getByLabel('True class').selectOption('green');
      await answer.getByText('Saved. Choose again to correct it.').waitFor();
      await expectAccessible(page);
    });
    const filter = { model: 'colours', wrong: true };
    const kept = await hub.ask<{ predictions: { predictions: object[] } }>('predictions', { filter });
    expect(kept.predictions.predictions).toMatchObject([{ label: 'red', rightLabel: 'green' }]);
  });

  it('answers photos that are pasted, chosen, and taken with the camera', () =>
    on('/classify', async (page) => {
      await page.getByText('Drop photos anywhere').waitFor();
      await pasteFiles(page, [await photo('green')]);
      await page
        .getByLabel('Photos', { exact: true })
        .first()
        .setInputFiles(await photo('blue'));
      await page.getByRole('button', { name: 'Open camera…' }).click();
      const shutter = page.getByRole('button', { name: 'Take photo' });
      await page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
      await expectAccessible(page);
      await shutter.click();
      await page.getByText('3 of 3 answered').waitFor();
      const rows = await page.getByRole('table', { name: 'Photos' }).getByRole('row').allInnerTexts();
      expect(rows[1]).toMatch(/green-900.png\s+green/);
      expect(rows[2]).toMatch(/blue-900.png\s+blue/);
      expect(rows[3]).toContain('camera.png');
    }));

  it('keeps a file that is not a photo as failed, with the reason, and offers no retry', () =>
    on('/classify', async (page) => {
      await page.getByText('Drop photos anywhere').waitFor();
      await dropFiles(page, [await photo('red'), NO_PHOTO]);
      await page.getByText('1 of 2 answered, 1 failed').waitFor();
      const row = page.getByRole('row', { name: 'no.jpg' });
      const reason = await row.getByRole('cell').nth(2).textContent();
      expect(reason?.length).toBeGreaterThan(20);
      await expectAccessible(page);
      expect(await row.getByRole('button', { name: 'Try again: no.jpg' }).count()).toBe(0);
      await row.getByRole('button', { name: 'Dismiss no.jpg' }).click();
      await page.getByText('1 of 1 answered').waitFor();
    }));

  it('lists many photos: the least certain first, of one class, and as files', () =>
    on('/classify', async (page) => {
      await page.getByText('Drop photos anywhere').waitFor();
      const all = await Promise.all(COLOUR_NAMES.flatMap((colour) => [1, 2, 3].map((i) => photo(colour, 910 + i))));
      await dropFiles(page, all);
      await page.getByText('9 of 9 answered').waitFor();
      await page.getByRole('combobox', { name: 'Order' }).selectOption('unsure');
      await page.getByRole('combobox', { name: 'Class by colours@production' }).selectOption('green');
      await page.waitForURL(/sort=unsure&label=green$/);
      const rows = page.getByRole('table', { name: 'Photos' }).getByRole('row');
      await expect.poll(() => rows.count()).toBe(4);
      const leads = (await rows.getByRole('cell', { name: '%' }).allInnerTexts()).filter((text) => /^\S+%$/.test(text));
      const numbers = leads.map((text) => Number.parseFloat(text.replace(/[<>]/, '')));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      const download = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save as CSV' }).click();
      const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\n');
      expect(lines[0]).toBe(
        'file,asked,version,precision,runtime,label,confidence,second,secondConfidence,milliseconds,error',
      );
      expect(lines[1]).toMatch(/^green-911.png,colours@production,1,FP32,ONNX_RUNTIME,green,0\.\d+|1,/);
      await expectAccessible(page);
    }));

  it('shows the answers of two versions side by side', async () => {
    await hub.ask('promote', { model: 'colours', version: 2, alias: 'candidate', reason: 'test' });
    await on('/classify', async (page) => {
      await page.getByText('Drop photos anywhere').waitFor();
      await dropFiles(page, [await photo('blue')]);
      await page.getByRole('combobox', { name: 'Compare with' }).selectOption('colours@candidate');
      await page.getByRole('region', { name: 'Answer of colours@candidate' }).getByText('version 2').waitFor();
      await page
        .getByRole('region', { name: 'Answer of colours@production' })
        .getByText(/^blue \d/)
        .first()
        .waitFor();
      await page.waitForURL(/compare=colours%40candidate/);
      await page.getByRole('combobox', { name: 'Compare with' }).selectOption('colours:2'); // by its number, no alias asked
      await page.getByRole('region', { name: 'Answer of colours:2' }).getByText('version 2').waitFor();
      await expectAccessible(page);
    });
  });

  it('fits a phone', () =>
    on(
      '/classify',
      async (page) => {
        await page.getByText('Drop photos anywhere').waitFor();
        await dropFiles(page, [await photo('red'), NO_PHOTO]);
        await page.getByText('1 of 2 answered, 1 failed').waitFor();
        await expectFitsPhone(page);
      },
      PHONE,
    ));
});
