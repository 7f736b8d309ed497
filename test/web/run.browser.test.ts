import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { RunAnswer } from '../support/answers.js';
import { expectAccessible, installedBrowser, openPage } from '../support/browser.js';
import { COLOUR_NAMES } from '../support/colour-images.js';
import { expectFitsPhone, PHONE } from '../support/on-page.js';
import { HOPELESS, QUICK } from '../support/recipes.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('the page of a run', () => {
  let hub: HubWithColours;
  let datasetVersionId: string;
  let good: RunAnswer;
  let poor: RunAnswer;

  beforeAll(async () => {
    hub = await TestHub.startWithColours();
    ({ datasetVersionId } = hub);
    good = await hub.train({ datasetVersionId, recipe: { ...QUICK, epochs: 4 } });
    poor = await hub.train({ datasetVersionId, recipe: HOPELESS });
  });
  afterAll(() => hub.remove());

  const open = (path: string, options = {}) => openPage(browser as Browser, hub, path, options);
  const state = (page: Page, word: string) =>
    page.getByRole('list', { name: 'About the run' }).getByText(word, { exact: true }).waitFor();

  it('shows the pictures behind a cell of the confusion matrix, and keeps the cell in the address', async () => {
    const { counts } = poor.confusion as NonNullable<RunAnswer['confusion']>;
    const [i, j] = counts
      .flatMap((row, a) => row.map((_, b) => [a, b] as const))
      .find(([a, b]) => a !== b && (counts[a]?.[b] ?? 0) > 0) as readonly [number, number];
    const [truth, predicted] = [COLOUR_NAMES[i], COLOUR_NAMES[j]];
    const { page, problems, close } = await open(`/runs/${poor.id}`);
    await page.getByRole('heading', { name: 'Most confident mistakes' }).waitFor();
    const cell = page.getByRole('button', { name: `${counts[i]?.[j]} of 8 ${truth} predicted as ${predicted}` });
    await cell.click();
    await page.getByRole('heading', { name: `${truth} predicted as ${predicted}` }).waitFor();
    const pictures = page.getByRole('region', { name: `${truth} predicted as ${predicted}` }).getByRole('img');
    await expect.poll(() => pictures.count()).toBe(counts[i]?.[j]);
    expect(
      await pictures.first().evaluate((picture: HTMLImageElement) => picture.decode().then(() => picture.naturalWidth)),
    ).toBe(96);
    await pictures.first().click();
    await page.getByRole('list', { name: 'Similar images' }).waitFor();
    await page.keyboard.press('Escape');
    await page.reload();
    await page.getByRole('heading', { name: `${truth} predicted as ${predicted}` }).waitFor();
    await cell.and(page.locator('[aria-pressed="true"]')).waitFor();
    await expectAccessible(page, ['light', 'dark']);
    await page.goBack();
    await page.getByRole('heading', { name: 'Most confident mistakes' }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it('shows the recipe beside that of another run, and registers what the run made as a model', async () => {
    const { page, problems, close } = await open(`/runs/${good.id}`);
    const recipe = page.getByRole('table', { name: 'Recipe' });
    await recipe.getByRole('row', { name: 'Learning rate 0.003 0.001' }).waitFor();
    await page.getByRole('textbox', { name: 'or the run with this ID' }).fill(poor.id);
    await page.keyboard.press('Enter');
    await recipe.getByRole('row', { name: 'Epochs 4 epochs 1 epochs' }).waitFor();
    await page.waitForURL(({ searchParams }) => searchParams.get('against') === poor.id);
    await page.getByRole('button', { name: 'Register as model version…' }).click();
    await page.getByRole('combobox', { name: 'Model' }).fill('Not a name');
    await page.getByRole('button', { name: 'Register', exact: true }).click();
    await page.getByText(/lower-case letters/).waitFor();
    await expectAccessible(page);
    await page.getByRole('combobox', { name: 'Model' }).fill('paints');
    await page.getByRole('button', { name: 'Register', exact: true }).click();
    await expect
      .poll(async () => (await hub.post('{ models { name } }')).data, { timeout: 60_000 })
      .toEqual({ models: [{ name: 'colours' }, { name: 'paints' }] });
    expect(problems).toEqual([]);
    await close();
  });

  it('keeps zoom and scale of the curves in the address', async () => {
    const { page, problems, close } = await open(`/runs/${good.id}?zoom=2-3`);
    await page.getByText('Epochs 2 to 3').waitFor();
    await page.getByRole('switch', { name: 'Log scale for loss' }).click();
    await page.getByRole('switch', { name: 'Show as a table' }).click();
    await expect.poll(() => page.getByRole('table', { name: 'Metrics by epoch' }).getByRole('row').count()).toBe(3);
    expect(new URL(page.url()).search).toBe('?zoom=2-3&log=&table=');
    await page.getByRole('button', { name: 'Show all' }).click();
    await expect.poll(() => page.getByRole('table', { name: 'Metrics by epoch' }).getByRole('row').count()).toBe(5);
    expect(problems).toEqual([]);
    await close();
  });

  it('says why a run failed and what to do, and that there is no run of an unknown id', async () => {
    const failed = await hub.train({ datasetVersionId, backbone: await hub.failingBackbone() });
    const { page, problems, close } = await open(`/runs/${failed.id}`);
    await page
      .getByRole('alert')
      .getByText(/not a Keras file of InceptionV3.*resume the run/)
      .waitFor();
    await expectAccessible(page);
    await page.goto(`${hub.url}/runs/nothing`);
    await page.getByRole('heading', { name: 'Run not found' }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it('does not start a run on a backbone that cannot be had, and says what to do', async () => {
    const offline = await TestHub.startWithColours();
    onTestFinished(() => offline.remove());
    const { page, problems, close } = await openPage(browser as Browser, offline, '/runs/new');
    await page.getByRole('radio', { name: 'imagenet', exact: true }).check();
    await page.getByRole('button', { name: 'Start' }).click();
    await page
      .getByRole('alert')
      .filter({ hasText: 'The run was not started' })
      .getByText(/"imagenet" cannot be downloaded: .*Choose "efficientnet-lite0"/)
      .waitFor();
    expect(new URL(page.url()).pathname).toBe('/runs/new');
    await page.getByRole('button', { name: 'Use efficientnet-lite0 instead' }).click();
    await page.getByRole('radio', { name: 'efficientnet-lite0', checked: true }).waitFor();
    expect(await page.getByRole('link', { name: 'Add a file of your own' }).count()).toBe(0);
    const side = () => page.locator('[name="imageSize"]').inputValue();
    await expect.poll(side).toBe('128'); // what its architecture suggests
    await page.getByRole('radio', { name: 'tiny-imagenet-2', exact: true }).check();
    await expect.poll(side).toBe('75');
    expect(problems).toEqual([]);
    await close();
  });

  it('refuses a form next to the field, keeps what was typed when the hub refuses, and starts a run again with changes', async () => {
    const { page, problems, close } = await open(`/runs/new?from=${good.id}`);
    const rate = page.getByRole('textbox', { name: /^Learning rate/ });
    await rate.fill('7');
    await rate.blur();
    await page.getByText('Enter a number, above 0, at most 1.').waitFor();
    await page.getByRole('button', { name: 'Start' }).click();
    expect(await rate.evaluate((field) => field === document.activeElement)).toBe(true);
    await expectAccessible(page);
    await rate.fill('0.002');
    await page.getByRole('textbox', { name: /^Average epochs/ }).fill('2');
    await page.getByRole('button', { name: 'Start' }).click();
    await page
      .getByRole('alert')
      .getByText(/requires restoreBest false/)
      .waitFor();
    expect(await rate.inputValue()).toBe('0.002');
    await page.getByRole('textbox', { name: /^Average epochs/ }).fill('0');
    await page.getByRole('button', { name: 'Start' }).click();
    await state(page, 'Succeeded');
    const { recipe } = await hub.run(page.url().split('/').at(-1) as string);
    expect(recipe).toEqual({ ...good.recipe, learningRate: 0.002 });
    expect(problems).toEqual([]);
    await close();
  });

  it('shows what the recipe does to images, while its settings change', async () => {
    const { page, problems, close } = await open(`/runs/new?from=${good.id}`);
    await page.getByText('Augmented images').click();
    const shown = page.getByRole('group', { name: 'Augmented images' }).getByRole('img');
    await expect.poll(() => shown.count()).toBe(4);
    await page.getByRole('checkbox', { name: 'Mirror' }).check();
    await page.getByRole('textbox', { name: /^Crops/ }).fill('2');
    await page.getByRole('textbox', { name: /^Color jitters/ }).fill('1');
    await expect.poll(() => shown.count()).toBe(20);
    const names = await shown.evaluateAll((all) => all.slice(0, 5).map((image) => image.getAttribute('alt')));
    expect(names.slice(0, 2)).toEqual(['Original', 'Mirrored']);
    expect(names[2]).toMatch(/^Crop of \d+%(, mirrored)?$/);
    expect(names[4]).toMatch(/^Brightness \d+%, contrast \d+%, saturation \d+%(, mirrored)?$/);
    await expectAccessible(page);
    expect(problems).toEqual([]);
    await close();
  });

  it('puts runs side by side', async () => {
    const { page, problems, close } = await open(`/runs/compare?ids=${poor.id},${good.id}`);
    const table = page.getByRole('table', { name: 'Runs side by side' });
    await table
      .getByRole('row', { name: /^Epochs 1 4/ })
      .last()
      .waitFor();
    await page.getByRole('img', { name: /^Accuracy by epoch: .*; / }).waitFor();
    await expectAccessible(page);
    await page.goto(`${hub.url}/runs/compare?ids=${good.id}`);
    await page.getByRole('heading', { name: 'Select at least two runs' }).waitFor();
    await page.goto(`${hub.url}/runs/compare?ids=${good.id},nothing`);
    await page.getByRole('alert').getByText('There is no run nothing.').waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it.each(['', '/new', '/compare'])('fits a phone: /runs%s', async (path) => {
    const paths: Readonly<Record<string, string>> = {
      '': `/${poor.id}`,
      '/new': '/new',
      '/compare': `/compare?ids=${poor.id},${good.id}`,
    };
    const { page, problems, close } = await open(`/runs${paths[path]}`, PHONE);
    const loaded: Readonly<Record<string, Locator>> = {
      '': page.getByRole('heading', { name: 'Most confident mistakes' }),
      '/new': page.getByRole('radio', { name: 'tiny-imagenet-2' }),
      '/compare': page.getByRole('img', { name: /^Accuracy by epoch: / }),
    };
    await page.getByRole('heading', { level: 1 }).waitFor();
    await loaded[path]?.waitFor();
    await page.locator('[aria-label="Loading"]').first().waitFor({ state: 'detached' });
    await expectFitsPhone(page);
    expect(problems).toEqual([]);
    await close();
  });
});
