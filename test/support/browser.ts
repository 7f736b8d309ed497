import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { launchInstalled } from './installed-browser.mjs';

/** Arguments for a camera with a test image, for pages that ask for one. */
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/** Milliseconds to wait for an element on a busy machine: fewer than a test may take. */
const PATIENCE = 25_000;

let launched: Promise<Browser | null> | undefined;

/**
 * A browser installed on this machine, which test files share and which ends with their process; nothing is downloaded. Null
 * if there is none, except in CI, which installs one.
 */
export async function installedBrowser(): Promise<Browser | null> {
  launched ??= launchInstalled(CAMERA);
  const browser = await launched;
  if (browser) return browser;
  if (process.env.CI) throw new Error('CI needs Chromium to test the page');
  console.warn('NO BROWSER: the tests of the page are skipped. Install Chromium or Chrome to run them.');
  return null;
}

/** A hub as a browser needs it. */
export interface Hosted {
  readonly url: string;
  readonly token: string;
}

/** Errors of a page, and its requests to other hosts. Every test ends by expecting none. */
export interface Watched {
  readonly page: Page;
  readonly problems: string[];
  close(): Promise<void>;
}

/** Opens a page of a hub, signed in with the address that `hub start` prints. */
export async function openPage(
  browser: Browser,
  hub: Hosted,
  path = '/',
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const problems: string[] = [];
  const own = new URL(hub.url).origin;
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    // Reports violations of the page's policy; the browser's own errors about a stopped hub do not count.
    if (message.type() === 'error' && !/ERR_CONNECTION_REFUSED|WebSocket connection|status of 4\d\d/.test(text))
      problems.push(text);
  });
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (/^(https?|wss?):$/.test(protocol) && origin !== own) problems.push(`asks ${request.url()}`);
  });
  await page.goto(`${hub.url}${path}#token=${hub.token}`);
  return { page, problems, close: () => context.close() };
}

/** The rules that axe checks; in dark mode only contrast. */
const RULES = {
  light: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
  dark: ['color-contrast'],
} as const;

/** Expects an accessible page: axe finds nothing more than minor problems. */
export async function expectAccessible(
  page: Page,
  schemes: readonly (keyof typeof RULES)[] = ['light'],
): Promise<void> {
  await page.evaluate(axe.source);
  for (const colorScheme of schemes) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate(
      (only) => (globalThis as unknown as { axe: typeof axe }).axe.run({ runOnly: [...only] }),
      RULES[colorScheme],
    );
    const found = violations.filter(({ impact }) => impact !== 'minor');
    expect(found.map(({ id, nodes }) => [colorScheme, id, ...nodes.slice(0, 3).map(({ html }) => html)])).toEqual([]);
  }
}
