import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunAnswer } from '../support/answers.js';
import { expectAccessible, installedBrowser, openPage } from '../support/browser.js';
import { COLOUR_NAMES } from '../support/colour-images.js';
import { expectFitsPhone, PHONE } from '../support/on-page.js';
import { ENDLESS, HOPELESS, QUICK, SOME_SECONDS } from '../support/recipes.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

/** Of tests that train for seconds. */
const TRAINING = { timeout: 90_000 };

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
  const log = (page: Page) => page.getByRole('log');
  /** Numbers of the epochs that the log tells of, in its order. */
  const loggedEpochs = async (page: Page): Promise<number[]> =>
    [...((await log(page).textContent()) ?? '').matchAll(/Epoch (\d+):/g)].map(([, number]) => Number(number));
  const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
  const state = (page: Page, word: string) =>
    page.getByRole('list', { name: 'About the run' }).getByText(word, { exact: true }).waitFor();

  /** The table shows the last epochs; the log shows all. */
  const TABLE_ROWS = 60;
  /** Trains for seconds too, with few epochs for the page to draw. */
  const LONG = { ...SOME_SECONDS, epochs: TABLE_ROWS + 30, hiddenUnits: 1024 };

  it('is reached by starting a run, follows it, also when loaded again, cancels and resumes it', TRAINING, async () => {
    const { page, problems, close } = await open('/runs/new');
    page.setDefaultTimeout(TRAINING.timeout);
    await page.getByRole('radio', { name: 'tiny-imagenet' }).check();
    await page.getByText('Custom', { exact: true }).click();
    for (const [name, value] of Object.entries(ENDLESS)) {
      if (name !== 'patience') await page.locator(`[name="${name}"]`).fill(`${value}`);
    }
    await page.locator('[name="patience"]').fill('');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Start' }).click();
    await state(page, 'Running');
    await page.getByText(/^Training · epoch \d+ of 1000$/).waitFor();
    await log(page)
      .getByText(/Epoch 2:/)
      .waitFor();
    await page.getByRole('img', { name: /^Loss by epoch: validation from/ }).waitFor();
    await expectAccessible(page);

    await page.reload();
    await log(page)
      .getByText(/Epoch 3:/)
      .waitFor();
    const before = await loggedEpochs(page);
    expect(before).toEqual(upTo(before.length));

    await page.getByRole('button', { name: 'Cancel' }).click();
    await state(page, 'Canceled');
    await page.getByRole('button', { name: 'Resume' }).click();
    await state(page, 'Running');
    const [told] = [await loggedEpochs(page)];
    await log(page)
      .getByText(new RegExp(`Epoch ${told.length + 2}:`))
      .waitFor();
    const after = await loggedEpochs(page);
    expect(after).toEqual(upTo(after.length));
    await page.getByRole('button', { name: 'Cancel' }).click();
    await state(page, 'Canceled');
    expect(problems).toEqual([]);
    await close();
  });

  it(
    'goes on by itself when the hub was started again in the middle of the run, and tells every epoch once',
    TRAINING,
    async () => {
      const id = await hub.queue({ datasetVersionId, recipe: LONG });
      const { page, problems, close } = await open(`/runs/${id}`);
      page.setDefaultTimeout(TRAINING.timeout);
      await log(page)
        .getByText(/Epoch 2:/)
        .waitFor();
      const { port } = new URL(hub.url);
      await hub.stop();
      await page.getByText('The hub does not answer; retrying.').waitFor();
      await hub.start({ port: Number(port) });
      await state(page, 'Succeeded');
      await log(page).getByText('Succeeded').waitFor();
      expect(await loggedEpochs(page)).toEqual(upTo(LONG.epochs));
      await page.getByRole('switch', { name: 'Show as a table' }).click();
      const rows = page.getByRole('table', { name: 'Metrics by epoch' }).getByRole('row');
      await expect.poll(() => rows.count()).toBe(TABLE_ROWS + 1);
      await rows.last().getByText(String(LONG.epochs), { exact: true }).waitFor();
      expect(problems).toEqual([]);
      await close();
    },
  );

  it('shows the pictures behind a cell of the confusion matrix, and keeps the cell in the address', async () => {
    const { counts } = poor.confusion as NonNullable<RunAnswer['confusion']>;
    const [i, j] = upTo(3)
      .flatMap((a) => upTo(3).map((b) => [a - 1, b - 1] as const))
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
    await page.reload();
    await page.getByRole('heading', { name: `${truth} predicted as ${predicted}` }).waitFor();
    expect(await cell.getAttribute('aria-pressed')).toBe('true');
    await expectAccessible(page, ['light', 'dark']);
    await page.goBack();
    await page.getByRole('heading', { name: 'Most confident mistakes' }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it('shows the recipe beside that of another run, and registers what the run made as a model', async () => {
    const { page, problems, close } = await open(`/runs/${good.id}`);
    const recipe = page.getByRole('table', { name: 'Recipe' });
    await recipe.getByRole('row', { name: 'learningRate 0.003 0.001' }).waitFor();
    await page.getByRole('textbox', { name: 'or the run with this ID' }).fill(poor.id);
    await page.keyboard.press('Enter');
    await recipe.getByRole('row', { name: 'epochs 4 epochs 1 epochs' }).waitFor();
    expect(new URL(page.url()).searchParams.get('against')).toBe(poor.id);
    await page.getByRole('button', { name: 'Register as model version…' }).click();
    await page.getByRole('combobox', { name: 'Model' }).fill('Not a name');
    await page.getByRole('button', { name: 'Register', exact: true }).click();
    await page.getByText(/lower-case letters/).waitFor();
    await expectAccessible(page);
    await page.getByRole('combobox', { name: 'Model' }).fill('paints');
    await page.getByRole('button', { name: 'Register', exact: true }).click();
    await expect
      .poll(async () => (await hub.post('{ models { name } }')).data, { timeout: 20_000 })
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
    const failed = await hub.train({ datasetVersionId, backbone: 'resnet' });
    const { page, problems, close } = await open(`/runs/${failed.id}`);
    await page
      .getByRole('alert')
      .getByText(/There is no backbone named resnet\. Add it first\..*resume the run/)
      .waitFor();
    await expectAccessible(page);
    await page.goto(`${hub.url}/runs/nothing`);
    await page.getByRole('heading', { name: 'Run not found' }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it('refuses a form next to the field, keeps what was typed when the hub refuses, and starts a run again with changes', async () => {
    const { page, problems, close } = await open(`/runs/new?from=${good.id}`);
    const rate = page.getByRole('textbox', { name: /^learningRate/ });
    await rate.fill('7');
    await rate.blur();
    await page.getByText('Enter a number, above 0, at most 1.').waitFor();
    await page.getByRole('button', { name: 'Start' }).click();
    expect(await rate.evaluate((field) => field === document.activeElement)).toBe(true);
    await expectAccessible(page);
    await rate.fill('0.002');
    await page.getByRole('textbox', { name: /^averageEpochs/ }).fill('2');
    await page.getByRole('button', { name: 'Start' }).click();
    await page
      .getByRole('alert')
      .getByText(/requires restoreBest false/)
      .waitFor();
    expect(await rate.inputValue()).toBe('0.002');
    await page.getByRole('textbox', { name: /^averageEpochs/ }).fill('0');
    await page.getByRole('button', { name: 'Start' }).click();
    await state(page, 'Succeeded');
    const { recipe } = await hub.run(page.url().split('/').at(-1) as string);
    expect(recipe).toEqual({ ...good.recipe, learningRate: 0.002 });
    expect(problems).toEqual([]);
    await close();
  });

  it('leads through the stages of a recipe: the first run offers the next, which is filled in', TRAINING, async () => {
    const { page, problems, close } = await open('/runs/new');
    page.setDefaultTimeout(TRAINING.timeout);
    await page.getByRole('radio', { name: 'tiny-imagenet' }).check();
    await page.getByText('Thorough', { exact: true }).click();
    await page.getByText('This recipe has 2 runs').waitFor();
    await page.getByText(/^About .* of memory$/).waitFor(); // the estimate
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('link', { name: 'Prepare stage 2' }).click();
    expect(await page.getByRole('combobox', { name: 'splitLayer' }).inputValue()).toBe('mixed2');
    await page.getByRole('textbox', { name: /^epochs/ }).fill('2');
    await page.getByRole('button', { name: 'Start' }).click();
    await state(page, 'Succeeded');
    const run = await hub.run(page.url().split('/').at(-1) as string);
    expect(run).toMatchObject({ kind: 'FINE_TUNE', tags: ['best.2-of-2'], recipe: { schedule: 'COSINE', epochs: 2 } });
    expect(problems).toEqual([]);
    await close();
  });

  it('puts runs side by side', async () => {
    const { page, problems, close } = await open(`/runs/compare?ids=${poor.id},${good.id}`);
    const table = page.getByRole('table', { name: 'Runs side by side' });
    await table.getByRole('row', { name: /^epochs 1 4/ }).waitFor();
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
      '/new': page.getByRole('radio', { name: 'tiny-imagenet' }),
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
