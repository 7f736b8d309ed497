import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { expectAccessible, type Hosted, openPage } from './browser.js';

/** As wide as a phone. */
export const PHONE = { viewport: { width: 390, height: 800 } };

/** Does something on a page of a hub, and expects that nothing went wrong there. */
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

/** Expects that nothing hangs over the side of a phone, and that everybody can use what is shown, in the dark as well. */
export async function expectFitsPhone(page: Page): Promise<void> {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(PHONE.viewport.width);
  await expectAccessible(page, ['light', 'dark']);
}
