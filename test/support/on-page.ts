import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { expectAccessible, type Hosted, openPage } from './browser.js';

/** Width of a phone. */
export const PHONE = { viewport: { width: 390, height: 800 } };

/** Acts on a page of a hub, and expects no errors. */
export async function onPage(
  browser: Browser,
  hub: Hosted,
  path: string,
  what: (page: Page) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const { page, problems, close } = await openPage(browser, hub, path, options);
  try {
    await what(page);
    expect(problems).toEqual([]);
  } finally {
    await close();
  }
}

/** Expects that the page fits a phone and is accessible, in dark mode too. */
export async function expectFitsPhone(page: Page): Promise<void> {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(PHONE.viewport.width);
  await expectAccessible(page, ['light', 'dark']);
}
