import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
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

/** Expects that a button is, or becomes, disabled for a reason: who may do what is known a moment after the button is shown. */
export async function expectRefused(button: Locator, reason: string | RegExp): Promise<void> {
  const refused = button.and(button.page().locator('[aria-disabled="true"]'));
  await refused.waitFor();
  const said = await refused.getAttribute('aria-description');
  if (typeof reason === 'string') expect(said).toBe(reason);
  else expect(said).toMatch(reason);
}

/** Width and height in pixels that a target for a finger has at least. */
const FINGER = 24;

/** Expects that the page fits a phone and is accessible, in dark mode too. */
export async function expectFitsPhone(page: Page): Promise<void> {
  await expect.poll(() => phoneProblems(page)).toEqual([]); // the page may be laid out anew, after a change of its width
  await expectAccessible(page, ['light', 'dark']);
}

/** What scrolls sideways on a phone, apart from what is marked as wide, and what is too small for a finger. */
export async function phoneProblems(page: Page): Promise<string[]> {
  return page.evaluate((least) => {
    const start = ({ outerHTML }: Element): string => outerHTML.slice(0, 160);
    const all = [...document.querySelectorAll('body *')];
    const wide = all.filter((element) => {
      const scrolls = /auto|scroll/.test(getComputedStyle(element).overflowX);
      return scrolls && element.scrollWidth > element.clientWidth + 1 && element.closest('[data-wide]') === null;
    });
    // A link in a sentence is as high as its line (WCAG 2.5.8).
    const inSentence = (element: Element): boolean =>
      getComputedStyle(element).display === 'inline' &&
      element.parentElement?.textContent?.trim() !== element.textContent?.trim();
    const what = ':is(a[href], button, input, select, textarea, summary):not([aria-hidden])';
    const targets = document.querySelectorAll<HTMLElement>(what);
    const small = [...targets].filter((element) => {
      const labels = [...((element as HTMLInputElement).labels ?? [])];
      const boxes = [element, ...labels].map((part) => part.getBoundingClientRect());
      const shown = boxes.some(({ right, bottom }) => right > 0 && bottom > 0) && element.checkVisibility();
      return shown && !inSentence(element) && !boxes.some(({ width, height }) => width >= least && height >= least);
    });
    return [
      ...(document.documentElement.scrollWidth > innerWidth ? ['The page scrolls sideways.'] : []),
      ...wide.map((element) => `Scrolls sideways: ${start(element)}`),
      ...small.map((element) => {
        const { width, height } = element.getBoundingClientRect();
        return `${width.toFixed()} × ${height.toFixed()}: ${start(element)}`;
      }),
    ];
  }, FINGER);
}
