import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, installedBrowser } from '../support/browser.js';
import { expectFitsPhone, onPage, PHONE } from '../support/on-page.js';
import { TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('the pages of settings', () => {
  let hub: TestHub;
  const as = async (name: string, role: string): Promise<{ url: string; token: string }> => {
    const { secret } = await hub.createToken({ name, role });
    return { url: hub.url, token: secret };
  };

  beforeAll(async () => {
    hub = await TestHub.start();
  });
  afterAll(() => hub.remove());

  it('create a token, show its secret once, and revoke it for a reason', () =>
    onPage(browser as Browser, hub, '/settings/tokens', async (page) => {
      await page.getByRole('button', { name: 'New token' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('robot');
      await page.getByRole('combobox', { name: 'Role' }).selectOption('TRAINER');
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Create token' }).click();
      const secret = (await page.getByLabel('Secret').textContent())!;
      expect(await hub.as(secret).ask('me')).toMatchObject({ me: { name: 'robot', role: 'TRAINER', expiresAt: null } });
      await expectAccessible(page, ['light', 'dark']);
      await page.getByRole('button', { name: 'Done' }).click();
      await page.getByText(secret).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Revoke robot' }).click();
      await page.getByRole('textbox', { name: 'Reason' }).fill('left the team');
      await page.getByRole('button', { name: 'Revoke', exact: true }).click();
      await page.getByRole('cell', { name: 'robot', exact: true }).waitFor({ state: 'detached' });
      await page.getByRole('switch', { name: 'Show revoked and expired tokens' }).click();
      await page.getByRole('row', { name: /robot.*revoked/ }).waitFor();
    }));

  it('show why a token is not created, and keep what was typed', () =>
    onPage(browser as Browser, hub, '/settings/tokens', async (page) => {
      await page.getByRole('button', { name: 'New token' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('first');
      await page.getByRole('button', { name: 'Create token' }).click();
      await page.getByText(/There is a token named first already/).waitFor();
      expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('first');
    }));

  it('add a backbone that the hub has, and say why a file is refused', () =>
    onPage(browser as Browser, hub, '/settings/backbones', async (page) => {
      await page.getByRole('heading', { name: 'No backbones added yet' }).waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Add tiny-imagenet-2' }).click();
      await page.getByRole('table', { name: 'Backbones', exact: true }).getByText('tiny-imagenet-2').waitFor();
      await page.getByRole('button', { name: 'Add a backbone' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('mine');
      const add = page.getByRole('button', { name: 'Add', exact: true });
      expect(await add.isDisabled()).toBe(true);
      await page.getByLabel('Weight file').setInputFiles({
        name: 'mine.h5',
        mimeType: 'application/octet-stream',
        buffer: Buffer.from('no weights'),
      });
      await add.click();
      await page
        .getByRole('alert')
        .getByText(/not a Keras file/)
        .waitFor();
      await page.getByText('Path on the server').click();
      await page.getByRole('textbox', { name: 'Path' }).fill('/nowhere/mine.h5');
      await add.click();
      await page
        .getByRole('alert')
        .getByText(/\/nowhere\/mine\.h5|folder/)
        .waitFor();
      await expectAccessible(page, ['light', 'dark']);
    }));

  it('list audited changes by filters that the address keeps, and verify the chain', async () => {
    const { id } = await hub.createToken({ name: 'watched', role: 'VIEWER' });
    await hub.ask('revoke-token', { id });
    await onPage(browser as Browser, hub, '/settings/audit', async (page) => {
      await page.getByRole('combobox', { name: 'Action' }).selectOption('Token revoked');
      const revoked = page.getByRole('row', { name: /Token revoked token watched/ });
      await revoked.getByText('Show').click();
      await revoked.getByRole('term').filter({ hasText: /^Id$/ }).waitFor();
      await revoked.getByRole('button', { name: new RegExp(`copy ${id}$`) }).waitFor();
      const json = revoked.getByText(`"id": "${id}"`);
      expect(await json.isVisible()).toBe(false);
      await revoked.getByText('JSON').click();
      await json.waitFor();
      expect(new URL(page.url()).searchParams.get('action')).toBe('TOKEN_REVOKED');
      await page.getByRole('button', { name: 'Verify the log' }).click();
      await page.getByText(/^✓ All \d+ events are intact\./).waitFor();
      await expectAccessible(page, ['light', 'dark']);
      await page.getByRole('textbox', { name: 'Actor' }).fill('nobody');
      await page.getByRole('heading', { name: 'No events match' }).waitFor();
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await page.getByRole('cell', { name: 'Token created' }).first().waitFor();
    });
  });

  it('create a webhook, send it a test, show what became of it, and delete it', () =>
    onPage(browser as Browser, hub, '/settings/webhooks', async (page) => {
      await page.getByRole('heading', { name: 'No webhooks yet' }).waitFor();
      await page.getByRole('button', { name: 'New webhook' }).click();
      const address = page.getByRole('textbox', { name: 'URL' });
      await address.fill('http://example.invalid/hook');
      await page.getByRole('button', { name: 'Create webhook' }).click();
      await page.getByRole('alert').getByText(/https/).waitFor();
      await address.fill('https://example.invalid/hook');
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Create webhook' }).click();
      await page.getByLabel('Secret').waitFor();
      await page.getByRole('link', { name: 'https://example.invalid/hook' }).click();
      await page.getByRole('heading', { name: 'No messages yet' }).waitFor();
      await page.getByRole('button', { name: 'Send a test' }).click();
      await page.getByRole('row', { name: /Test.*waiting/ }).waitFor();
      await expectAccessible(page);
      await page.getByRole('link', { name: 'Webhooks' }).click();
      await page.getByRole('button', { name: 'Delete https://example.invalid/hook' }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('heading', { name: 'No webhooks yet' }).waitFor();
    }));

  it('show the processes of the hub, and what each does', () =>
    onPage(browser as Browser, hub, '/settings/processes', async (page) => {
      await page.getByRole('row', { name: /✓ ready.*api/ }).waitFor();
      await expectAccessible(page, ['light', 'dark']);
    }));

  it('show limits and the token in use to everybody, and say which role the rest needs', async () => {
    const viewer = await as('looker', 'VIEWER');
    await onPage(browser as Browser, viewer, '/settings', async (page) => {
      await page.getByRole('row', { name: /Requests of this token per minute/ }).waitFor();
      await expectAccessible(page);
      for (const [part, role] of [
        ['Tokens', 'ADMIN'],
        ['Audit log', 'MAINTAINER'],
        ['Webhooks', 'ADMIN'],
        ['Processes', 'MAINTAINER'],
      ] as const) {
        await page.getByRole('link', { name: part }).click();
        await page.getByText(`This needs the role ${role}; the token "looker" has VIEWER.`).waitFor();
      }
      await expectAccessible(page);
    });
  });

  it.each(['/settings', '/settings/backbones', '/settings/tokens', '/settings/audit', '/settings/webhooks'])(
    'fit a phone: %s',
    (path) =>
      onPage(
        browser as Browser,
        hub,
        path,
        async (page) => {
          await page.getByText('Live', { exact: true }).waitFor();
          await page.getByRole('heading', { level: 2 }).first().waitFor();
          await expectFitsPhone(page);
        },
        PHONE,
      ),
  );
});
