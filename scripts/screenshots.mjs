// Screenshots of every page for docs/screenshots: wide and narrow, light and dark.   (npm run screenshots)
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { CLI, startHub } from '../bench/support/hub.mjs';
import { launchInstalled } from '../test/support/installed-browser.mjs';

const INTO = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
const WIDTHS = [1280, 390];
const SCHEMES = ['light', 'dark'];

/** Pages by the name of their screenshots. A step runs before the screenshot is taken. */
const pages = ({ run, other }) => [
  { name: 'start', path: '/' },
  { name: 'datasets', path: '/datasets' },
  { name: 'dataset-version', path: '/datasets/cifar10-sample/1', step: shortenSource },
  { name: 'runs', path: '/runs' },
  { name: 'new-run', path: '/runs/new', step: (page) => page.getByText(/^About /).waitFor() },
  { name: 'run', path: `/runs/${run}` },
  { name: 'compare', path: `/runs/compare?ids=${run},${other}` },
  { name: 'models', path: '/models' },
  { name: 'model', path: '/models/cifar10' },
  { name: 'promote', path: '/models/cifar10/promote?version=2&alias=production' },
  { name: 'classify', path: '/classify', step: classifySample },
];

/** Hides the path of the sample on this machine. */
async function shortenSource(page) {
  const source = page.getByText(/cifar10-sample\.tar\.gz$/);
  await source.evaluate((element) => {
    element.textContent = 'samples/cifar10-sample.tar.gz';
  });
}

async function classifySample(page) {
  await page.getByRole('button', { name: /ship/ }).first().click();
  await page.getByText('airplane').first().waitFor();
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
    'tiny-imagenet-2',
    '--set',
    'epochs=12',
    '--set',
    'mirror=true',
  ];
  const [second] = askHub('train', ...trained).runs;
  askHub('model', 'register', 'cifar10', second.id);
  askHub('promote', 'cifar10', '2', '--alias', 'candidate', '--reason', 'compare with version 1');
  await rm(INTO, { recursive: true, force: true });
  await mkdir(INTO, { recursive: true });
  for (const colorScheme of SCHEMES) {
    for (const width of WIDTHS) {
      const context = await browser.newContext({
        colorScheme,
        reducedMotion: 'reduce',
        viewport: { width, height: 800 },
      });
      const page = await context.newPage();
      const take = async (name) =>
        sharp(await page.screenshot({ fullPage: true }))
          .webp({ quality: 80 })
          .toFile(join(INTO, `${name}-${width}-${colorScheme}.webp`));
      await page.goto(hub.url);
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      await take('sign-in');
      await page.goto('about:blank'); // a change of the fragment alone would load nothing
      await page.goto(`${hub.url}/#token=${hub.client.token}`);
      for (const { name, path, step } of pages({ run: first.id, other: second.id })) {
        await page.goto(`${hub.url}${path}`);
        await page.getByText('Live', { exact: true }).waitFor();
        await page.waitForFunction(() => !document.querySelector('[aria-label="Loading"]'));
        await step?.(page);
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
