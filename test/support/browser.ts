import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, expect } from 'vitest';
import { launchInstalled } from './installed-browser.mjs';

/** A camera that shows a test picture, for pages that ask for one. */
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/** Milliseconds to wait for what a page should show, on a machine that does much else. */
const PATIENCE = 50_000;

/**
 * A browser that is installed on this machine, none is downloaded; it ends with the file of tests. Null where there is
 * none; but never in CI, which installs one.
 */
export async function installedBrowser(): Promise<Browser | null> {
  const browser = await launchInstalled(CAMERA);
  if (browser) {
    afterAll(() => browser.close());
    return browser;
  }
  if (process.env.CI) throw new Error('CI needs Chromium to test the page');
  console.warn('NO BROWSER: the tests of the page are skipped. Install Chromium or Chrome to run them.');
  return null;
}

/** What a hub is to a browser. */
export interface Hosted {
  readonly url: string;
  readonly token: string;
}

/** Everything that went wrong in a page or left its host; a test ends by expecting that there is nothing. */
export interface Watched {
  readonly page: Page;
  readonly problems: string[];
  close(): Promise<void>;
}

/** Opens a page of a hub, signed in by the address that `hub start` prints. */
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
    // What the page's policy forbids is told here; that a hub is down is the browser's own complaint.
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

/** What axe looks at; in the dark, only whether anything is too faint. */
const RULES = {
  light: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'],
  dark: ['color-contrast'],
} as const;

/** Expects that nobody is kept from using what is shown: axe finds nothing serious. */
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
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => [colorScheme, id, ...nodes.slice(0, 3).map(({ html }) => html)])).toEqual([]);
  }
}
