import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, installedBrowser } from '../support/browser.js';
import { colourPhoto } from '../support/colour-images.js';
import { expectFitsPhone, expectRefused, onPage, PHONE } from '../support/on-page.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('batch predictions', () => {
  let hub: HubWithColours;
  const as = async (name: string, role: string): Promise<{ url: string; token: string }> => {
    const { secret } = await hub.createToken({ name, role });
    return { url: hub.url, token: secret };
  };
  const saved = async (page: Page, name: RegExp): Promise<string> => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
    return file.path();
  };

  beforeAll(async () => {
    hub = await TestHub.startWithColours();
  });
  afterAll(() => hub.remove());

  it('classify the images of a dataset version, show the progress, and save the answers in three forms', async () => {
    const trainer = await as('ann', 'TRAINER');
    await onPage(browser as Browser, trainer, '/models/colours', async (page) => {
      await page.getByRole('link', { name: 'New batch with version 1' }).click();
      const version = page.getByRole('combobox', { name: 'Version', exact: true });
      await expect.poll(() => version.inputValue()).toBe('1');
      await page.getByRole('combobox', { name: 'Split' }).selectOption('TEST');
      await page.getByRole('textbox', { name: 'Classes per photo' }).fill('2');
      await expectAccessible(page, ['light', 'dark']);
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      const batch = page.getByRole('row', { name: /colours 1.*colours 1, test split.*ann/ });
      await batch.getByText('Succeeded').waitFor();
      await expectAccessible(page, ['light', 'dark']);
      const csv = (await readFile(await saved(page, /as CSV$/), 'utf8')).split('\n');
      expect(csv[0]?.trim()).toBe('photo,split,truth,label,probability,label_2,probability_2,outlier_score,error');
      const [line = '{}'] = (await readFile(await saved(page, /as JSON lines$/), 'utf8')).split('\n');
      expect(JSON.parse(line)).toMatchObject({ split: 'test', top: [{}, {}] });
      expect((await readFile(await saved(page, /as Parquet$/))).subarray(0, 4).toString()).toBe('PAR1');
      await page.getByRole('button', { name: /^Delete / }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('heading', { name: 'No batch predictions yet' }).waitFor();
    });
  });

  it('take a folder of this computer, and say how many files are no photos', () =>
    onPage(browser as Browser, hub, '/classify', async (page) => {
      await page.getByRole('link', { name: 'batch prediction' }).click();
      await page.getByText('This computer').click();
      const start = page.getByRole('button', { name: 'Start', exact: true });
      await expect.poll(() => start.isDisabled()).toBe(true);
      const folder = join(hub.outside, 'holiday');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'red.jpg'), await colourPhoto('red', 1));
      await writeFile(join(folder, 'notes.jpg'), 'no photo');
      await page.getByLabel('Folder of images').setInputFiles(folder);
      await page.getByText('holiday: 2 files.').waitFor();
      await start.click();
      const batch = page.getByRole('row', { name: /colours 1.*holiday\.tar.*2, of which 1 could not be read/ });
      await batch.getByText('Succeeded').waitFor();
    }));

  it('keep photos for review where the model keeps photos', async () => {
    const folder = join(hub.allowed, 'unlabelled');
    await mkdir(folder, { recursive: true });
    for (const seed of [1, 2]) await writeFile(join(folder, `${seed}.png`), await colourPhoto('blue', 140_000 + seed));
    const box = { name: /^Keep the photos for review/ };
    await onPage(browser as Browser, hub, '/batches/new?model=colours', async (page) => {
      await page.getByText('Hub’s disk').click();
      expect(await page.getByRole('checkbox', box).isDisabled()).toBe(true);
      await page.getByText('colours keeps no photos.').waitFor();
    });
    await hub.ask('set-prediction-log', { model: 'colours', sample: 0, keepPhotos: true, reason: 'review' });
    await onPage(browser as Browser, hub, '/batches/new?model=colours', async (page) => {
      await page.getByText('Hub’s disk').click();
      await page.getByRole('textbox', { name: 'Folder or archive' }).fill(folder);
      await page.getByRole('checkbox', box).check();
      await expectAccessible(page, ['light', 'dark']);
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page
        .getByRole('row', { name: /unlabelled/ })
        .getByRole('link', { name: '2 kept for review' })
        .click();
      await page.getByRole('status').getByText('0 judged · 2 left').waitFor();
    });
  });

  it('say what is wrong with a source or a number, and keep what was typed', () =>
    onPage(browser as Browser, hub, '/batches/new?model=colours', async (page) => {
      await page.getByText('Hub’s disk').click();
      const path = page.getByRole('textbox', { name: 'Folder or archive' });
      await path.fill('/nowhere');
      await page.getByRole('textbox', { name: 'Classes per photo' }).fill('0');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page.getByText('Enter a whole number, 1 to 1000.').waitFor();
      await page.getByRole('textbox', { name: 'Classes per photo' }).fill('1');
      await page.getByRole('button', { name: 'Start', exact: true }).click();
      await page
        .getByRole('alert')
        .getByText(/--allow/)
        .waitFor();
      await expectAccessible(page);
      expect(await path.inputValue()).toBe('/nowhere');
    }));

  it('are cancelled, and what was answered can be saved', async () => {
    const folder = join(hub.allowed, 'many');
    await mkdir(folder, { recursive: true });
    const photo = await colourPhoto('green', 1, 32, 32);
    for (let i = 0; i < 3000; i++) await writeFile(join(folder, `${i}.png`), photo);
    await hub.ask('start-prediction', { input: { model: 'colours', path: folder } });
    await onPage(browser as Browser, hub, '/batches?model=colours', async (page) => {
      const batch = page.getByRole('row', { name: /many/ });
      await batch.getByRole('cell').nth(4).getByText(/[1-9]/).waitFor(); // the first photos are answered
      await batch.getByRole('button', { name: /^Cancel / }).click();
      await batch.getByText('Canceled').waitFor();
      await batch.getByRole('button', { name: /as CSV$/ }).waitFor();
      await page.getByRole('combobox', { name: 'Model' }).selectOption('Any');
      await page.waitForURL(({ search }) => search === '');
    });
  });

  it('say which role they need, and that another person’s batch is not yours to delete', async () => {
    await hub.ask('start-prediction', { input: { model: 'colours', datasetVersionId: hub.datasetVersionId } });
    const viewer = await as('looker', 'VIEWER');
    await onPage(browser as Browser, viewer, '/models/colours', async (page) => {
      const button = page.getByRole('button', { name: 'New batch', exact: true });
      await expectRefused(button, 'This needs the role TRAINER; the token "looker" has VIEWER.');
      await page.goto(`${hub.url}/batches`);
      await page.getByRole('heading', { name: 'Not for your role' }).waitFor();
      await page.goto(`${hub.url}/batches/new`);
      await page.getByRole('button', { name: 'Start', exact: true }).and(page.locator('[aria-disabled]')).waitFor();
    });
    const trainer = await as('bob', 'TRAINER');
    await onPage(browser as Browser, trainer, '/batches', async (page) => {
      const button = page.getByRole('button', { name: /^Delete / }).first();
      await expectRefused(button, /was started by "first": it can be deleted by/);
    });
  });

  it('are found by the palette', () =>
    onPage(browser as Browser, hub, '/runs', async (page) => {
      await page.getByRole('button', { name: 'Find' }).click();
      await page.getByRole('combobox', { name: /^Find/ }).fill('batch');
      await page.getByRole('option', { name: 'Page Batch predictions' }).click();
      await page.getByRole('heading', { name: 'Batch predictions', level: 1 }).waitFor();
    }));

  it.each(['/batches', '/batches/new'])('fit a phone: %s', (path) =>
    onPage(
      browser as Browser,
      hub,
      path,
      async (page) => {
        await page.getByRole('table').or(page.getByRole('form')).first().waitFor();
        await expectFitsPhone(page);
      },
      PHONE,
    ),
  );
});
