import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectAccessible, installedBrowser, openPage } from '../support/browser.js';
import { colourPhoto } from '../support/colour-images.js';
import { reverseProxy } from '../support/reverse-proxy.js';
import { TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('/v1/docs', () => {
  it('classifies a photo with the token of this browser, behind a proxy at a path', async () => {
    const hub = await TestHub.startWithColours({ settings: { basePath: '/team/hub' } });
    onTestFinished(() => hub.remove());
    const photo = join(hub.outside, 'green.png');
    await writeFile(photo, await colourPhoto('green', 99, 32, 32));
    const url = await reverseProxy(new URL(hub.url).origin, '/team/hub', false);
    const { page, problems, close } = await openPage(browser as Browser, { url, token: hub.token });
    await page.getByText('Live', { exact: true }).waitFor(); // signed in
    await page.goto(`${url}/v1/docs#classify`);
    const classify = page.locator('#classify');
    await classify.getByLabel('File').setInputFiles(photo);
    await classify.locator('[name=topK]').fill('2');
    await classify.getByRole('button', { name: 'Send' }).click();
    await classify.getByText(/^200 OK[\s\S]*"label": "green"/).waitFor();
    await page.locator('#modelReadyOfVersion > summary').click();
    const ready = page.locator('#modelReadyOfVersion');
    await ready.locator('[name=model]').fill('colours');
    await ready.locator('[name=version]').fill('9');
    await ready.getByRole('button', { name: 'Send' }).click();
    await ready.getByText(/^404 Not Found[\s\S]*no version 9/).waitFor();
    await page.locator('#metrics > summary').click();
    await page.locator('#metrics').getByRole('button', { name: 'Send' }).click();
    await page
      .locator('#metrics')
      .getByText(/^200 OK[\s\S]*modelhub_process_info/)
      .waitFor();
    await expectAccessible(page);
    expect(problems).toEqual([]);
    await close();
  });
});
