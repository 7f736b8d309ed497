import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, installedBrowser } from '../support/browser.js';
import { expectFitsPhone, expectRefused, onPage, PHONE } from '../support/on-page.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('the page for a role', () => {
  let hub: HubWithColours;
  let viewer: { url: string; token: string };
  const refused = async (page: Page, role: 'button' | 'link', name: string | RegExp, needs: string): Promise<void> => {
    const button = page.getByRole(role, { name }).first();
    await expectRefused(button, `This needs the role ${needs}; the token "looker" has VIEWER.`);
  };

  beforeAll(async () => {
    hub = await TestHub.startWithColours();
    const { secret } = await hub.createToken({ name: 'looker', role: 'VIEWER' });
    viewer = { url: hub.url, token: secret };
  });
  afterAll(() => hub.remove());

  it('says whose token it uses, and forgets what the token has read once it is signed out', () =>
    onPage(browser as Browser, viewer, '/models', async (page) => {
      await page.getByText('looker · VIEWER').waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('textbox', { name: 'Token' }).fill(hub.token);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('first · ADMIN').waitFor();
    }));

  it('disables what a viewer may not do, with the reason, and names no operation of the API', () =>
    onPage(browser as Browser, viewer, '/runs', async (page) => {
      await refused(page, 'button', 'New run', 'TRAINER');
      await page.getByRole('button', { name: 'New run' }).focus();
      await page.getByRole('tooltip', { name: /^This needs the role TRAINER/ }).waitFor();
      await page.goto(`${hub.url}/runs/${hub.runId}`);
      for (const name of ['Register as model version…', 'Run again with changes', 'Reproduce', 'Tag…']) {
        await refused(page, 'button', name, 'TRAINER');
      }
      await refused(page, 'button', 'Delete…', 'TRAINER');
      await page.goto(`${hub.url}/models/colours`);
      await refused(page, 'button', 'Remove the alias production', 'MAINTAINER');
      await expectAccessible(page, ['light', 'dark']);
      await page.goto(`${hub.url}/runs/new`);
      await refused(page, 'button', 'Start', 'TRAINER');
      expect(await page.getByRole('region', { name: 'Estimate' }).count()).toBe(0);
      await expectAccessible(page);
    }));

  it('lets a trainer start runs, and estimates them once the size of the images is known', () =>
    onPage(browser as Browser, hub, '/runs', async (page) => {
      const estimated: string[] = [];
      let answer = (): void => undefined;
      const held = new Promise<void>((resolve) => {
        answer = resolve;
      });
      await page.route('**/graphql', async (route) => {
        const asked = route.request().postData() ?? '';
        if (asked.includes('EstimateTransfer')) estimated.push(asked);
        if (asked.includes('suggestedImageSize')) await held;
        await route.continue();
      });
      await page.getByRole('link', { name: 'New run' }).click();
      await page.getByText(/^Measuring…/).waitFor();
      await page.getByRole('button', { name: 'Start' }).and(page.locator('button:not([disabled])')).waitFor();
      expect(estimated).toEqual([]);
      answer();
      await page.getByText(/^About /).waitFor();
      expect(estimated).toHaveLength(1);
    }));

  it('fits a phone', () =>
    onPage(
      browser as Browser,
      viewer,
      '/',
      async (page) => {
        await page.getByRole('heading', { level: 1 }).waitFor();
        await expectFitsPhone(page);
      },
      PHONE,
    ));
});
