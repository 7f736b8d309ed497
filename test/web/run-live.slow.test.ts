import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, installedBrowser, openPage } from '../support/browser.js';
import { ENDLESS, SOME_SECONDS } from '../support/recipes.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

/** Of tests that train for seconds. */
const TRAINING = { timeout: 90_000 };

describe.skipIf(!browser)('the page of a run that trains', () => {
  let hub: HubWithColours;
  let datasetVersionId: string;

  beforeAll(async () => {
    hub = await TestHub.startWithColours();
    ({ datasetVersionId } = hub);
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

  /** Epochs on a page of the table; the log shows all. */
  const TABLE_ROWS = 50;
  /** Trains for seconds too, with few epochs for the page to draw. */
  const LONG = { ...SOME_SECONDS, epochs: TABLE_ROWS + 30, hiddenUnits: 1024 };

  it('is reached by starting a run, follows it, also when loaded again, cancels and resumes it', TRAINING, async () => {
    const { page, problems, close } = await open('/runs/new');
    page.setDefaultTimeout(TRAINING.timeout);
    await page.getByRole('radio', { name: 'tiny-imagenet-2' }).check();
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
      await page
        .getByRole('navigation', { name: 'Pages of metrics by epoch' })
        .getByRole('button', { name: 'Next' })
        .click();
      await rows.last().getByText(String(LONG.epochs), { exact: true }).waitFor();
      expect(problems).toEqual([]);
      await close();
    },
  );

  it('queues all runs of a recipe, and shows each with the others', TRAINING, async () => {
    const { page, problems, close } = await open('/runs/new');
    page.setDefaultTimeout(TRAINING.timeout);
    await page.getByRole('radio', { name: 'tiny-imagenet-2' }).check();
    await page.getByText('Thorough', { exact: true }).click();
    await page.getByText('This recipe has 2 runs').waitFor();
    await page.getByText(/^Advanced/).click();
    await page.getByRole('textbox', { name: /^Cutmix/ }).fill('0.5'); // which only the second run has
    await page.getByText(/^About .* of memory$/).waitFor(); // the estimate
    await page.getByRole('button', { name: 'Start' }).click();
    const stages = page.getByRole('region', { name: 'Stage 1 of 2 of the recipe “best”' }).getByRole('listitem');
    await expect.poll(() => stages.count()).toBe(2);
    await stages.last().getByRole('link').click();
    await page.getByRole('heading', { name: 'Stage 2 of 2 of the recipe “best”' }).waitFor();
    await state(page, 'Succeeded');
    const run = await hub.run(page.url().split('/').at(-1) as string);
    expect(run).toMatchObject({ kind: 'FINE_TUNE', recipe: { schedule: 'COSINE', splitLayer: 'mixed2', cutmix: 0.5 } });
    await page.goto(new URL('/runs', page.url()).href);
    await page.getByText('Fine-tune 2/2').waitFor();
    await page.getByText('Transfer 1/2').waitFor();
    expect(problems).toEqual([]);
    await close();
  });
});
