import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedBrowser, openPage } from '../support/browser.js';
import { reverseProxy } from '../support/reverse-proxy.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('the page of a hub behind a proxy at a path', () => {
  let hub: HubWithColours;
  beforeAll(async () => {
    hub = await TestHub.startWithColours({ settings: { basePath: '/team/hub' } });
  });
  afterAll(() => hub.remove());

  it.each([
    ['passes the path on', false],
    ['removes the path', true],
  ])('works where the proxy %s', async (_, removes) => {
    const url = await reverseProxy(new URL(hub.url).origin, '/team/hub', removes);
    const { page, problems, close } = await openPage(browser as Browser, { url, token: hub.token });
    const refused: string[] = [];
    page.on('response', (response) => {
      if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`);
    });
    await page.getByText('Live', { exact: true }).waitFor(); // the WebSocket
    await page.getByRole('link', { name: 'Models', exact: true }).click();
    await page.waitForURL('**/team/hub/models');
    await page.getByRole('heading', { name: 'Models' }).waitFor(); // the page before it links to the model too
    await page.getByRole('link', { name: 'colours', exact: true }).first().click();
    await page.waitForURL(/\/team\/hub\/models\/colours/);
    await page.reload();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: /Download safetensors/ }).click(),
    ]);
    expect((await readFile(await download.path())).length).toBeGreaterThan(1000);
    expect(refused).toEqual([]);
    // The page to write requests in finds the token that the other page keeps, and asks at the right place for the schema.
    const asked = page.waitForResponse((response) => response.request().method() === 'POST');
    await page.goto(`${url}/graphql`);
    expect([(await asked).url(), (await asked).status()]).toEqual([`${url}/graphql`, 200]);
    expect(problems).toEqual([]);
    await close();
  });

  it('works without the proxy too, with and without the path', async () => {
    for (const url of [hub.url, new URL(hub.url).origin]) {
      const { page, problems, close } = await openPage(browser as Browser, { url, token: hub.token }, '/models');
      await page.getByText('Live', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'colours', exact: true }).first().waitFor();
      expect(problems).toEqual([]);
      await close();
    }
  });
});
