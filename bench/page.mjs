// The page with very many runs: how soon the list is there, how much of it is in the page, what is fetched for it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../out/storage/database.js';
import { recipeSchema } from '../out/training/recipe.js';
import { launchInstalled } from '../test/support/installed-browser.mjs';
import { countBytes } from './support/browser.mjs';
import { check, percentile } from './support/check.mjs';
import { fillRuns } from './support/fill-runs.mjs';
import { startHub } from './support/hub.mjs';

/** Of the window, in pixels. */
const VIEWPORT = { width: 1280, height: 900 };
/** Rows of the first page of the list. */
const ROWS = '[aria-label="List of runs"] tbody tr[aria-rowindex]';

export function describe(command) {
  return command
    .description('the list of very many runs in a browser')
    .option('--runs <n>', 'runs in the database', '10000')
    .option('--epochs <n>', 'epochs of each', '20')
    .option('--rounds <n>', 'times that the list is opened in each way', '30');
}

export async function measure({ runs, epochs, rounds }) {
  const data = await mkdtemp(join(tmpdir(), 'hub-bench-'));
  let browser;
  try {
    await (await startHub(data)).stop();
    const database = await openDatabase({ folder: join(data, 'database') });
    await fillRuns(database.client, { runs: Number(runs), epochs: Number(epochs), recipe: recipeSchema.parse({}) });
    await database.close();
    const hub = await startHub(data);
    browser = await launchInstalled();
    if (!browser) throw new Error('No browser is installed: install Chromium or Chrome.');
    const measured = await measurePage(browser, hub, Number(rounds));
    await hub.stop();
    return measured;
  } finally {
    await browser?.close();
    await rm(data, { recursive: true, force: true });
  }
}

async function measurePage(browser, hub, rounds) {
  const clicked = [];
  const cold = [];
  let rowsInPage = 0;
  let bytes;
  // A context of its own has nothing in its cache.
  const inNewContext = async (act) => {
    const context = await browser.newContext({ viewport: VIEWPORT });
    await act(await context.newPage());
    await context.close();
  };
  for (let round = 0; round < rounds; round++) {
    await inNewContext(async (page) => {
      bytes = await countBytes(page);
      await page.addInitScript(() => (globalThis.requestIdleCallback = () => 0)); // of this route, not of the next ones
      cold.push(await opened(page, () => page.goto(`${hub.url}/runs#token=${hub.client.token}`)));
      bytes = { ...bytes };
      rowsInPage = Math.max(rowsInPage, await mostRows(page));
    });
    await inNewContext(async (page) => {
      await page.goto(`${hub.url}/#token=${hub.client.token}`);
      await page.getByText('Live', { exact: true }).waitFor();
      await page.waitForLoadState('networkidle'); // a person looks at the page before they click
      clicked.push(await opened(page, () => page.getByRole('link', { name: 'Runs', exact: true }).click()));
    });
  }
  const [script, style] = [bytes.Script / 1000, bytes.Stylesheet / 1000];
  return {
    rows: [
      { opened: 'by a click', ...spread(clicked) },
      { opened: 'cold, with an empty cache', ...spread(cold) },
    ],
    checks: [
      check('list opened by a click, ms (p95)', percentile(clicked, 0.95), { atMost: 300 }),
      check('rows in the page at most, while it is scrolled', rowsInPage, { atMost: 80 }),
      check('script of the first route, kB as sent', script, { atMost: 190 }),
      check('styles of the first route, kB as sent', style, { atMost: 18 }),
    ],
  };
}

const spread = (times) => ({ 'median, ms': percentile(times, 0.5), 'p95, ms': percentile(times, 0.95) });

/** Milliseconds from an act, or from the click in it, until the window is full of rows and they are drawn. */
async function opened(page, act) {
  await page.evaluate(() => addEventListener('click', ({ timeStamp }) => (globalThis.clicked = timeStamp), true)); // lost where a page is loaded
  await act();
  const drawn = await page.waitForFunction(
    (rows) => {
      const box = document.querySelector('[aria-label="List of runs"]');
      const last = [...document.querySelectorAll(rows)].at(-1);
      const full = box && last && last.getBoundingClientRect().bottom >= box.getBoundingClientRect().bottom;
      return full && { at: performance.now() - (globalThis.clicked ?? 0) };
    },
    ROWS,
    { polling: 'raf' },
  );
  return (await drawn.jsonValue()).at;
}

/** Rows that are in the page at most while it is scrolled through some pages of the list. */
async function mostRows(page) {
  let most = 0;
  for (let i = 0; i < 10; i++) {
    most = Math.max(most, await page.locator(ROWS).count());
    await page.locator('[aria-label="List of runs"]').evaluate((box) => {
      box.scrollBy(0, 1000);
      return new Promise(requestAnimationFrame);
    });
  }
  return most;
}
