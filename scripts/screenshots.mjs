// Screenshots for docs/screenshots, wide and narrow, light and dark: of every page, or of those that are named.
// npm run screenshots [-- NAME...]
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { CLI, SAMPLES, startHub } from '../bench/support/hub.mjs';
import { launchInstalled } from '../test/support/installed-browser.mjs';

const INTO = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
const PHOTOS = join(SAMPLES, 'photos');
const WIDTHS = [1280, 390];
const SCHEMES = ['light', 'dark'];
/** Names of the pages to take; all without. */
const only = process.argv.slice(2);
const isWanted = (name) => only.length === 0 || only.includes(name);

/** Pages by the name of their screenshots. A step runs before the screenshot is taken. */
const pages = ({ run, other, sweep }) => [
  { name: 'start', path: '/' },
  { name: 'datasets', path: '/datasets' },
  { name: 'dataset', path: '/datasets/cifar10-sample', step: shortenSource },
  { name: 'dataset-version', path: '/datasets/cifar10-sample/1', step: shortenSource },
  { name: 'examination', path: '/datasets/cifar10-sample/1/examination' },
  { name: 'runs', path: '/runs', step: (page) => page.getByText('Columns…').waitFor() },
  { name: 'new-run', path: '/runs/new', step: estimate },
  { name: 'run', path: `/runs/${run}` },
  { name: 'compare', path: `/runs/compare?ids=${run},${other}` },
  { name: 'models', path: '/models' },
  { name: 'model', path: '/models/cifar10' },
  { name: 'promote', path: '/models/cifar10/promote?version=2&alias=production' },
  { name: 'predictions', path: '/models/cifar10/predictions' },
  { name: 'review', path: '/models/cifar10/review' },
  { name: 'roll-back', path: '/models/cifar10/roll-back?alias=candidate' },
  { name: 'sweeps', path: '/sweeps' },
  { name: 'sweep', path: `/sweeps/${sweep}` },
  { name: 'new-sweep', path: '/sweeps/new' },
  { name: 'batches', path: '/batches' },
  { name: 'new-batch', path: '/batches/new' },
  { name: 'approvals', path: '/approvals' },
  { name: 'settings', path: '/settings' },
  { name: 'tokens', path: '/settings/tokens' },
  { name: 'audit', path: '/settings/audit' },
  { name: 'processes', path: '/settings/processes' },
  { name: 'backbones', path: '/settings/backbones' },
  { name: 'webhooks', path: '/settings/webhooks' },
  { name: 'classify', path: '/classify', step: classifySample },
];

/** Waits for an estimate. Of a backbone that must be downloaded first, there is none. */
async function estimate(page) {
  await page.getByRole('radio', { name: 'efficientnet-lite0' }).check();
  await page
    .getByText(/^About /)
    .waitFor()
    .catch(async (error) => {
      const shown = await page.getByRole('region', { name: 'Estimate' }).textContent();
      throw new Error(`No estimate; the page says: ${shown}`, { cause: error });
    });
}

/** Hides the path of the sample on this machine. */
async function shortenSource(page) {
  const source = page.getByText(/cifar10-sample\.tar\.gz$/);
  await source.evaluate((element) => {
    element.textContent = 'samples/cifar10-sample.tar.gz';
  });
}

/** Scrolls through the page and back, since its parts are loaded and drawn once they are seen. */
async function settle(page) {
  await page.evaluate(async () => {
    const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    for (let y = 0; y < document.body.scrollHeight; y += innerHeight / 2) {
      scrollTo(0, y);
      await drawn();
    }
    scrollTo(0, 0);
    await drawn();
  });
  await page.waitForLoadState('networkidle');
}

async function classifySample(page) {
  await page.getByRole('button', { name: /ship/ }).first().click();
  await page.getByText('airplane').first().waitFor();
}

/** Keeps answers of photos, asks for an approval, and searches around a run. @returns the sweep. */
async function fillLogs({ url, token, client }, { datasetVersion }) {
  const set = (model) => `${model}(model: "cifar10", reason: "screenshots", `;
  await client.request(`mutation { ${set('setPredictionLog')} sample: 1, keepPhotos: true) { name } }`);
  for (const photo of (await readdir(PHOTOS)).filter((name) => name.endsWith('.jpg'))) {
    const body = new FormData();
    body.append('image', new Blob([await readFile(join(PHOTOS, photo))]), photo);
    const headers = { authorization: `Bearer ${token}` };
    await fetch(`${url}/v1/classify?model=cifar10`, { method: 'POST', headers, body });
  }
  await client.request(`mutation { ${set('setApproval')} secondPerson: true) { name } }`);
  await client.request(`mutation {
    requestPromotion(input: { model: "cifar10", version: 2, reason: "better on every class" }) { id }
  }`);
  await client.request(`mutation {
    startRollout(input: { model: "cifar10", version: 2, mode: SHADOW, share: 0.5, reason: "compare on half of the photos" }) { id }
  }`);
  await client.request('mutation ($input: StartPredictionInput!) { startPrediction(input: $input) { id } }', {
    input: { model: 'cifar10', datasetVersionId: datasetVersion.id, split: 'TEST' },
  });
  await client.request(`mutation {
    createWebhook(url: "https://hooks.example.com/hub", events: [RUN_ENDED, ALIAS_MOVED]) { secret }
  }`);
  const base = {
    datasetVersionId: datasetVersion.id,
    backbone: 'efficientnet-lite0',
    recipe: { imageSize: 128, epochs: 6 },
  };
  const parameters = [
    { name: 'learningRate', values: [0.0003, 0.001, 0.003] },
    { name: 'dropout', values: [0, 0.3] },
  ];
  const { startSweep } = await client.request(
    'mutation ($input: StartSweepInput!) { startSweep(input: $input) { id } }',
    { input: { base, method: 'GRID', parameters } },
  );
  for (let state = 'QUEUED'; state === 'QUEUED' || state === 'RUNNING'; ) {
    await wait(1000);
    ({ state } = (await client.request('query ($id: ID!) { sweep(id: $id) { state } }', startSweep)).sweep);
  }
  return startSweep;
}

const browser = await launchInstalled();
if (!browser) throw new Error('No browser is installed: install Chromium or Chrome.');
const data = await mkdtemp(join(tmpdir(), 'hub-screenshots-'));
try {
  const ask = (...args) => JSON.parse(execFileSync(process.execPath, [CLI, ...args, '--data', data, '--json']));
  const { run: first } = ask('demo', '--no-fine-tune', '--exit', '--port', '0');
  const hub = await startHub(data);
  const askHub = (...args) => ask(...args, '--url', hub.url);
  const trained = [
    '--dataset',
    'cifar10-sample',
    '--backbone',
    'efficientnet-lite0',
    '--image-size',
    '128',
    '--set',
    'epochs=12',
    '--set',
    'mirror=true',
  ];
  const [second] = askHub('train', ...trained).runs;
  askHub('model', 'register', 'cifar10', second.id);
  const asCandidate = (version, reason) =>
    askHub('promote', 'cifar10', version, '--alias', 'candidate', '--reason', reason);
  asCandidate('1', 'first candidate');
  asCandidate('2', 'compare with version 1');
  askHub('examination', 'start', 'cifar10-sample', '--backbone', 'efficientnet-lite0');
  const sweep = await fillLogs(hub, second);
  if (only.length === 0) await rm(INTO, { recursive: true, force: true });
  await mkdir(INTO, { recursive: true });
  for (const colorScheme of SCHEMES) {
    for (const width of WIDTHS) {
      const context = await browser.newContext({
        colorScheme,
        reducedMotion: 'reduce',
        viewport: { width, height: 800 },
      });
      const page = await context.newPage();
      page.setDefaultTimeout(120_000); // an estimate trains, and the machine may be busy
      const take = async (name) =>
        sharp(await page.screenshot({ fullPage: true }))
          .webp({ quality: 75, effort: 6 })
          .toFile(join(INTO, `${name}-${width}-${colorScheme}.webp`));
      await page.goto(hub.url);
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      if (isWanted('sign-in')) await take('sign-in');
      await page.goto('about:blank'); // a change of the fragment alone would load nothing
      await page.goto(`${hub.url}/#token=${hub.client.token}`);
      const all = pages({ run: first.id, other: second.id, sweep: sweep.id });
      for (const { name, path, step } of all.filter((each) => isWanted(each.name))) {
        await page.goto(`${hub.url}${path}`);
        await page.getByText('Live', { exact: true }).waitFor();
        await page.waitForFunction(() => !document.querySelector('[aria-label="Loading"]'));
        await step?.(page);
        await settle(page);
        await take(name);
      }
      await context.close();
    }
  }
  await hub.stop();
} finally {
  await browser.close();
  await rm(data, { recursive: true, force: true, maxRetries: 5 });
}
