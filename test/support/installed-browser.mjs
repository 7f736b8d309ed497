import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

/** Where Linux distributions put Chromium. */
const PATHS = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
];
/** Where playwright knows an installed browser lies, on every system. */
const CHANNELS = ['chrome', 'msedge'];
/** What a browser does on its own besides showing pages. */
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];

/**
 * Starts a browser that is installed on this machine; none is downloaded. For tests, scripts and benches.
 * @param {readonly string[]} args more arguments of the browser
 * @returns {Promise<import('playwright-core').Browser | null>} null where there is none
 */
export async function launchInstalled(args = []) {
  const paths = PATHS.filter((path) => existsSync(path)).map((executablePath) => ({ executablePath }));
  for (const way of [...paths, ...CHANNELS.map((channel) => ({ channel }))]) {
    const browser = await chromium.launch({ ...way, args: [...QUIET, ...args] }).catch(() => null);
    if (browser) return browser;
  }
  return null;
}
