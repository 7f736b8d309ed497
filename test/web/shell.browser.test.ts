import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, installedBrowser, openPage } from '../support/browser.js';
import { onPage } from '../support/on-page.js';
import { TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('the page of an empty hub', () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await TestHub.start();
  });
  afterAll(() => hub.remove());

  it('signs in by the URL that the hub prints, and removes the token from it', async () => {
    const { page, problems, close } = await openPage(browser as Browser, hub);
    await page.getByText('Live', { exact: true }).waitFor();
    expect(page.url()).not.toContain(hub.token);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await expectAccessible(page);
    expect(problems).toEqual([]);
    await close();
  });

  it('asks for a token, refuses an unknown one, and takes the right one', async () => {
    const { page, problems, close } = await openPage(browser as Browser, { url: hub.url, token: '' });
    await page.getByRole('textbox', { name: 'Token' }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Unknown token. Check that you copied all of it.').waitFor();
    await expectAccessible(page, ['light', 'dark']);
    await page.getByRole('textbox', { name: 'Token' }).fill(hub.token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it('ends the session as soon as its token is revoked', async () => {
    const { id, secret } = await hub.createToken({ name: 'guest', role: 'VIEWER', model: null });
    const { page, problems, close } = await openPage(browser as Browser, { url: hub.url, token: secret });
    await page.getByText('Live', { exact: true }).waitFor();
    await hub.ask('revoke-token', { id });
    await page.getByText('This token is no longer valid').waitFor();
    expect(problems).toEqual([]);
    await close();
  });

  it('ends the session at the next request where no WebSocket tells of it', async () => {
    const { id, secret } = await hub.createToken({ name: 'unheard', role: 'VIEWER', model: null });
    const context = await (browser as Browser).newContext();
    const page = await context.newPage();
    await page.routeWebSocket(/graphql/, () => undefined); // nothing comes from the hub
    await page.goto(`${hub.url}/#token=${secret}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await hub.ask('revoke-token', { id });
    // There is no link any more once a request that was under way has been refused.
    const clicked = page
      .getByRole('link', { name: 'Datasets' })
      .click()
      .catch(() => undefined);
    await page.getByText('This token is no longer valid').waitFor();
    await context.close();
    await clicked;
  });

  it('signs the editor for requests in with its own token, and sends it in less than 2 MiB', () =>
    onPage(browser as Browser, hub, '/', async (page) => {
      await page.getByText('Live', { exact: true }).waitFor();
      await page.goto('about:blank'); // what the page loads when it is idle is not the editor's
      // By address: two workers of the editor load the same script, the second from the cache unless both do at once.
      const sizes = new Map<string, number>();
      page.on('response', async (response) => {
        if (response.request().method() !== 'GET') return; // the schema, which the editor asks for
        sizes.set(response.url(), Number((await response.allHeaders())['content-length'] ?? 0));
      });
      await page.goto(`${hub.url}/graphql`);
      await page.getByRole('button', { name: /^Execute query/ }).click();
      await page.locator('.result-window', { hasText: '"deployments": []' }).waitFor();
      expect(await page.content()).not.toContain(hub.token);
      const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
      expect(bytes).toBeGreaterThan(500_000);
      expect(bytes).toBeLessThan(2 * 1024 ** 2);
    }));

  it('sends a policy that allows only its own scripts and nothing from other origins', async () => {
    const response = await hub.fetch('/runs', { headers: { accept: 'text/html' } });
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toMatch(/style-src 'self' 'nonce-[\w+/=]{24}';/);
    expect(await response.text()).not.toContain('__NONCE__');
  });

  it('explains that there are no datasets, creates one, and shows in the form that a name is taken', () =>
    onPage(browser as Browser, hub, '/datasets', async (page) => {
      await page.getByRole('heading', { name: 'No datasets yet' }).waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'New dataset' }).click();
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('My pets');
      await page.getByRole('button', { name: 'Create' }).click();
      await page.getByText(/^Lower-case letters, .+ beginning with a letter or digit$/).waitFor();
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('pets');
      await page.getByRole('button', { name: 'Create' }).click();
      await page.getByRole('heading', { name: 'First version' }).waitFor();
      await expectAccessible(page);
      await page.getByRole('link', { name: 'Datasets' }).click();
      await page.getByRole('button', { name: 'New dataset' }).click();
      await page.getByRole('textbox', { name: 'Name', exact: true }).fill('pets');
      await page.getByRole('button', { name: 'Create' }).click();
      await page.getByText('There is a dataset named pets already.').waitFor();
      expect(await page.getByRole('textbox', { name: 'Name', exact: true }).inputValue()).toBe('pets');
    }));

  it('says how to create a model when there are none', () =>
    onPage(browser as Browser, hub, '/models', async (page) => {
      await page.getByRole('heading', { name: 'No models yet' }).waitFor();
      await expectAccessible(page);
      await page.goto(`${hub.url}/models/nobody`);
      await page.getByRole('heading', { name: 'Model not found' }).waitFor();
      await page.goto(`${hub.url}/models/nobody/predictions`);
      await page.getByRole('heading', { name: 'Predictions of nobody' }).waitFor();
      await page.getByRole('heading', { name: 'Model not found' }).waitFor();
    }));

  it('says that an address names no page, and links to the API with the version of the hub', () =>
    onPage(browser as Browser, hub, '/nonsense', async (page) => {
      await page.getByRole('heading', { name: 'No such page' }).waitFor();
      await page.getByText('Nothing is at /nonsense').waitFor();
      await page.getByText(/^Model Hub \d+\.\d+\.\d+/).waitFor();
      expect(await page.getByRole('link', { name: 'GraphQL API' }).getAttribute('href')).toBe('/graphql');
      await expectAccessible(page);
    }));

  it('finds pages and objects by key, and says that nothing matches', () =>
    onPage(browser as Browser, hub, '/settings', async (page) => {
      await hub.ask('create-dataset', { name: 'parrots' });
      await page.getByRole('heading', { name: 'Settings' }).waitFor();
      await page.keyboard.press('Control+k');
      const field = page.getByRole('combobox', { name: /^Find a page/ });
      await field.fill('parr');
      await page.getByRole('option', { name: 'Dataset parrots', selected: true }).waitFor();
      await expectAccessible(page, ['light', 'dark']);
      await field.fill('no such thing');
      await page.getByText('Nothing matches “no such thing”.').waitFor();
      await field.fill('ro');
      await page.getByRole('option', { name: 'Page Approvals', selected: true }).waitFor();
      for (const name of ['Page Processes', 'Dataset parrots']) {
        await field.press('ArrowDown');
        await page.getByRole('option', { name, selected: true }).waitFor();
      }
      await field.press('Enter');
      await page.getByRole('heading', { name: 'parrots' }).waitFor();
      expect(await field.count()).toBe(0);
    }));

  it('lists its keyboard shortcuts', async () => {
    const { page, problems, close } = await openPage(browser as Browser, hub);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    expect(problems).toEqual([]);
    await close();
  });
});
