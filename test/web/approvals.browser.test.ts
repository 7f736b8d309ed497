import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, installedBrowser } from '../support/browser.js';
import { copyVersions } from '../support/model-copies.js';
import { expectFitsPhone, expectRefused, onPage, PHONE } from '../support/on-page.js';
import { type HubWithColours, TestHub, VERSION_WORK } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('the rules for production', () => {
  let hub: HubWithColours;
  let second: { url: string; token: string };

  beforeAll(async () => {
    hub = await TestHub.startWithColours({
      leaves: [...VERSION_WORK, 'retrain'],
      rows: async (client) => {
        for (const model of ['ruled', 'guarded']) await copyVersions(client, model);
        const { id: modelId } = await client.model.findUniqueOrThrow({ where: { name: 'guarded' } });
        await client.retrainingRule.create({
          data: {
            ...{ modelId, name: 'nightly', mode: 'ON', trigger: 'SCHEDULE', threshold: 1, days: 30, addJudged: true },
            ...{ pipeline: 'best', startsPerWeek: 7, action: 'REGISTER' },
            rounds: { create: { state: 'TRAINING', measured: 1, reason: 'A day has passed.' } },
          },
        });
      },
    });
    const { secret } = await hub.createToken({ name: 'second', role: 'MAINTAINER' });
    second = { url: hub.url, token: secret };
  });
  afterAll(() => hub.remove());

  it('are shown in words, changed for a reason, and set back to the default ones', () =>
    onPage(browser as Browser, hub, '/models/ruled', async (page) => {
      const rules = page.getByRole('list', { name: 'Gate rules' });
      await rules.getByText('Its test accuracy is at most 0 points below production').waitFor();
      await page.getByRole('button', { name: 'Change rules…' }).click();
      await page.getByRole('checkbox', { name: 'Its test accuracy is at least …' }).check();
      await page.getByRole('textbox', { name: 'Limit: Its test accuracy is at least …' }).fill('92.5');
      await page.getByRole('checkbox', { name: /same test images/ }).uncheck();
      await page.getByRole('textbox', { name: 'Reason' }).fill('customers asked');
      await expectAccessible(page, ['light', 'dark']);
      await page.getByRole('button', { name: 'Save rules' }).click();
      await rules.getByText('Its test accuracy is at least 92.5%').waitFor();
      await expect.poll(() => rules.getByRole('listitem').count()).toBe(3);
      await page.getByRole('button', { name: 'Change rules…' }).click();
      await page.getByRole('checkbox', { name: 'Use the default rules' }).check();
      await page.getByRole('textbox', { name: 'Reason' }).fill('back again');
      await page.getByRole('button', { name: 'Save rules' }).click();
      await rules.getByText(/same test images/).waitFor();
    }));

  it('start training, until somebody cancels a round', () =>
    onPage(browser as Browser, hub, '/models/guarded', async (page) => {
      await page.getByRole('cell', { name: 'Every day' }).waitFor();
      await page.getByRole('button', { name: 'Cancel round of nightly' }).click();
      await page.getByRole('textbox', { name: 'Reason' }).fill('wrong labels');
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Cancel round', exact: true }).click();
      await page.getByText('Rounds', { exact: true }).click();
      await page.getByText('first canceled it: wrong labels').waitFor();
      expect(await page.getByRole('button', { name: 'Cancel round of nightly' }).count()).toBe(0);
    }));

  it('ask a second person, who sees the verdicts of the gate, rejects one request and approves the next', async () => {
    await onPage(browser as Browser, hub, '/models/guarded', async (page) => {
      await page.getByRole('button', { name: 'Require a second person…' }).click();
      await page.getByRole('textbox', { name: 'Reason' }).fill('four eyes');
      await page.getByRole('button', { name: 'Require a second person', exact: true }).click();
      await page.getByText('Promotions to production need the approval of a second person.').waitFor();
    });
    const ask = (): Promise<unknown> =>
      hub.ask('request-promotion', { model: 'guarded', version: 1, reason: 'better' });
    await ask();
    await onPage(browser as Browser, hub, '/approvals', async (page) => {
      const own = page.getByRole('button', { name: 'Approve', exact: true });
      await expectRefused(own, 'You requested this promotion. A second person must approve it.');
    });
    await onPage(browser as Browser, second, '/models/guarded', async (page) => {
      await page.getByRole('link', { name: '1 promotion waits for approval' }).click();
      await page.getByRole('heading', { name: 'guarded version 1 → production' }).waitFor();
      await page.getByText('✓ passed').first().waitFor();
      await expectAccessible(page, ['light', 'dark']);
      await page.getByRole('textbox', { name: 'Comment' }).fill('not today');
      await page.getByRole('button', { name: 'Reject' }).click();
      await page.getByRole('row', { name: /Rejected.*not today/ }).waitFor();
      await ask();
      await page.reload();
      await page.getByRole('textbox', { name: 'Comment' }).fill('good');
      await page.getByRole('button', { name: 'Approve and promote' }).click();
      await page.getByRole('row', { name: /Approved.*good/ }).waitFor();
      await page.getByRole('heading', { name: 'Nothing waits for approval' }).waitFor();
    });
    expect(await hub.ask('deployments')).toMatchObject({
      deployments: expect.arrayContaining([expect.objectContaining({ model: 'guarded', number: 1 })]),
    });
  });

  it('start training by rules that are made, changed and deleted on the page', () =>
    onPage(browser as Browser, hub, '/models/ruled', async (page) => {
      await page.getByRole('button', { name: 'New rule…' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill('weekly');
      await page.getByRole('combobox', { name: 'Waits for' }).selectOption('Accuracy on judged photos');
      await page.getByRole('textbox', { name: 'Accuracy below' }).fill('92.5');
      await page.getByRole('textbox', { name: 'Reason' }).fill('customers asked');
      const wide = page.viewportSize();
      await page.setViewportSize(PHONE.viewport);
      await expectFitsPhone(page);
      await page.setViewportSize(wide ?? PHONE.viewport);
      await page.getByRole('button', { name: 'Save rule' }).click();
      await page.getByRole('row', { name: /weekly Dry run Accuracy below 92\.5% No version of ruled is in/ }).waitFor();
      await page.getByRole('button', { name: 'Change weekly' }).click();
      await page.getByRole('combobox', { name: 'Waits for' }).selectOption('Schedule');
      await page.getByRole('combobox', { name: 'Then' }).selectOption('Nothing more');
      await page.getByRole('textbox', { name: 'Reason' }).fill('simpler');
      await page.getByRole('button', { name: 'Save rule' }).click();
      await page.getByRole('row', { name: /weekly Dry run Every 7 days/ }).waitFor();
      await page.getByRole('button', { name: 'Delete weekly' }).click();
      await page.getByRole('textbox', { name: 'Reason' }).fill('enough');
      await page.getByRole('button', { name: 'Delete weekly', exact: true }).last().click();
      await page.getByText('A rule starts training by itself').waitFor();
    }));

  it('show what a version is, and let its precision be chosen', () =>
    onPage(browser as Browser, hub, '/models/ruled', async (page) => {
      await page.getByText('Time per photo').waitFor();
      await page.getByText('3 classes').click();
      await page.getByText('blue, green, red').waitFor();
      await page.getByRole('combobox', { name: 'Precision' }).selectOption('Always 32-bit floats');
      await page.getByRole('button', { name: 'Set precision' }).click();
      await page.getByText('Chosen by first.').waitFor();
      await expectAccessible(page);
    }));

  it('show an import that fails with its reason, and delete it', () =>
    onPage(browser as Browser, hub, '/models', async (page) => {
      await page.getByRole('button', { name: 'Import a model…' }).click();
      await page.getByRole('textbox', { name: 'Model', exact: true }).fill('foreign');
      await page.getByLabel('Model file').setInputFiles({
        name: 'mine.h5',
        mimeType: 'application/octet-stream',
        buffer: Buffer.from('no model'),
      });
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Import', exact: true }).click();
      await page.getByRole('heading', { name: 'foreign' }).waitFor();
      await page.getByRole('row', { name: /mine\.h5.*Failed/ }).waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Delete the import of mine.h5' }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByRole('heading', { name: 'Model not found' }).waitFor();
    }));

  it.each(['/approvals', '/models/guarded'])('fit a phone: %s', (path) =>
    onPage(
      browser as Browser,
      hub,
      path,
      async (page) => {
        await page.getByRole('table').first().waitFor();
        await expectFitsPhone(page);
      },
      PHONE,
    ),
  );
});
