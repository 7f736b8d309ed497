import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, installedBrowser } from '../support/browser.js';
import { colourPhoto } from '../support/colour-images.js';
import { copyVersions } from '../support/model-copies.js';
import { expectFitsPhone, expectRefused, onPage, PHONE } from '../support/on-page.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('traffic on the page of a model', () => {
  let hub: HubWithColours;
  let viewer: { url: string; token: string };
  const classify = async (model: string, colour: 'red' | 'green'): Promise<unknown> =>
    hub.send('classify', 'image', await colourPhoto(colour, 5001), { model });

  beforeAll(async () => {
    hub = await TestHub.startWithColours({
      rows: async (client) => {
        for (const model of ['tried', 'logged']) await copyVersions(client, model);
      },
    });
    for (const model of ['tried', 'logged']) {
      await hub.ask('promote', { model, version: 1, reason: 'first', overrideGate: true });
    }
    const { secret } = await hub.createToken({ name: 'looker', role: 'VIEWER' });
    viewer = { url: hub.url, token: secret };
  });
  afterAll(() => hub.remove());

  it('starts a rollout, counts what both versions answer, and promotes the version at its end', () =>
    onPage(browser as Browser, hub, '/models/tried', async (page) => {
      await page.getByRole('button', { name: 'Start a rollout…' }).click();
      await page.getByRole('textbox', { name: 'Share of the photos' }).fill('100');
      await page.getByRole('textbox', { name: 'Reason' }).fill('is it as good');
      await expectAccessible(page, ['light', 'dark']);
      await page.getByRole('button', { name: 'Start rollout' }).click();
      await page.getByText('No photo has been answered by both versions yet.').waitFor();
      await classify('tried', 'red');
      await page.getByText(/^The versions agree on .+ of 1 photo \(.+ to .+\)\.$/).waitFor();
      await page.getByText('No photo that both versions answered has been judged yet.').waitFor();
      await hub.ask('set-prediction-log', { model: 'tried', sample: 1, reason: 'to compare' });
      const { classify: kept } = await hub.send<{ classify: { predictionId: string; label: string } }>(
        'classify',
        'image',
        await colourPhoto('green', 5002),
        { model: 'tried' },
      );
      await hub.ask('give-feedback', { predictionId: kept.predictionId, label: kept.label });
      await page
        .getByText(/^Undecided whether the candidate is better: of 1 judged photo that both answered/)
        .waitFor();
      await page.getByText('Judged photos', { exact: true }).click();
      await page.getByText(/^Difference in accuracy, candidate less current: \+0\.0 points \(−.+ to \+.+\)/).waitFor();
      await page.getByRole('row', { name: 'both 1 1 0 0 0' }).waitFor();
      await expectAccessible(page, ['light', 'dark']);
      await page.getByRole('button', { name: 'End without promoting…' }).click();
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Promote version 2…' }).click();
      await page.getByRole('textbox', { name: 'Reason' }).fill('good enough');
      await page.getByRole('button', { name: 'Promote the version' }).click();
      await page
        .getByText(/worse|100\.00%/)
        .last()
        .waitFor();
      await page.getByRole('checkbox', { name: /^Promote although the gate refuses/ }).check();
      await page.getByRole('button', { name: 'Promote the version' }).click();
      const production = page.getByRole('list', { name: 'Aliases' }).getByRole('listitem');
      await production.getByText('version 2').waitFor();
      await page.getByText(/Promoted, .*good enough/).waitFor();
    }));

  it('keeps answers with their photos, and takes feedback by one key', () =>
    onPage(browser as Browser, hub, '/models/logged', async (page) => {
      await page.getByRole('button', { name: 'Change what is kept…' }).click();
      await page.getByRole('checkbox', { name: 'Keep the photos too' }).check();
      await page.getByRole('textbox', { name: 'Days to keep the photos' }).fill('10');
      await page.getByRole('textbox', { name: 'Reason' }).fill('to look closer');
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('100.0% of the answers are kept for 30 days, with their photos for 10 days.').waitFor();
      await classify('logged', 'red');
      await classify('logged', 'green');
      await page.getByRole('link', { name: 'Show kept predictions' }).click();
      await page.getByRole('heading', { name: 'Predictions of logged' }).waitFor();
      await expect
        .poll(async () => {
          await page.reload();
          await page.getByRole('heading', { level: 2 }).or(page.getByRole('table')).first().waitFor();
          return page.getByRole('row').count();
        })
        .toBe(3);
      await expectAccessible(page, ['light', 'dark']);
      await page.getByRole('button', { name: 'Open prediction 1' }).click();
      const viewed = page.getByRole('dialog', { name: 'Prediction 1 of 2 on this page' });
      await viewed.getByRole('img', { name: 'Classified as green' }).waitFor();
      await viewed.getByRole('button', { name: 'More like this' }).click();
      await viewed.getByRole('list', { name: 'Similar images' }).waitFor();
      await expectAccessible(page);
      await page.keyboard.press('1');
      await page.getByRole('dialog', { name: 'Prediction 2 of 2 on this page' }).waitFor();
      await page.keyboard.press('y');
      await page.getByText('red (first)').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('row', { name: /green.*✗ blue/ }).waitFor();
      await page.getByRole('row', { name: /red.*✓ red/ }).waitFor();
      await page.getByRole('combobox', { name: 'Feedback' }).selectOption('Wrong');
      await page.getByRole('button', { name: 'Open prediction 2' }).waitFor({ state: 'detached' });
      await page.getByRole('combobox', { name: 'Answer' }).selectOption('red');
      await page.getByRole('heading', { name: 'No predictions match' }).waitFor();
    }));

  it('adds judged photos to a dataset, and says what became of each', () =>
    onPage(browser as Browser, hub, '/models/logged/predictions', async (page) => {
      await page.getByRole('button', { name: 'Add judged photos to a dataset…' }).click();
      const form = page.getByRole('form', { name: 'Judged photos' });
      await form.getByRole('checkbox', { name: 'Only photos that were answered wrong' }).check();
      await expectAccessible(page, ['light', 'dark']);
      await form.getByRole('button', { name: 'Create version' }).click();
      await form.getByText('1 photo added: colours, version 2.').waitFor();
      await form.getByRole('checkbox', { name: 'Only photos that were answered wrong' }).uncheck();
      await form.getByRole('combobox', { name: 'Add to' }).selectOption('colours, version 2');
      await form.getByRole('button', { name: 'Create version' }).click();
      await form.getByText('1 photo added: colours, version 3. Left out: 1 in the version already.').waitFor();
      await form.getByRole('link', { name: 'colours, version 3' }).click();
      await page.getByRole('heading', { name: 'colours, version 3' }).waitFor();
    }));

  it('deletes a photo with its answers, and says what remains', () =>
    onPage(browser as Browser, hub, '/models/logged/predictions', async (page) => {
      await page.getByRole('button', { name: 'Open prediction 1' }).click();
      const viewed = page.getByRole('dialog', { name: 'Prediction 1 of 2 on this page' });
      await viewed.getByRole('button', { name: 'Delete the photo…' }).click();
      const form = viewed.getByRole('form', { name: 'Delete the photo' });
      await form.getByRole('checkbox', { name: 'Make versions without it' }).check();
      await form.getByRole('textbox', { name: 'Reason' }).fill('asked for');
      await expectAccessible(page, ['light', 'dark']);
      await form.getByRole('button', { name: 'Delete' }).click();
      await viewed.getByText('The photo is deleted, with 1 answer.').waitFor();
      await viewed.getByText(/^colours 3 has 1 of the photos: delete it/).waitFor();
      await viewed.getByRole('link', { name: 'colours, version 4' }).waitFor();
      await expectAccessible(page);
      await viewed.getByRole('button', { name: 'Back to the predictions' }).click();
      await page.getByRole('button', { name: 'Open prediction 2' }).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Open prediction 1' }).waitFor();
    }));

  it('says which role rollouts and kept answers need', () =>
    onPage(browser as Browser, viewer, '/models/tried', async (page) => {
      for (const [name, role] of [
        ['Start a rollout…', 'MAINTAINER'],
        ['Show kept predictions', 'TRAINER'],
        ['Change what is kept…', 'ADMIN'],
      ] as const) {
        await expectRefused(page.getByRole('button', { name }), new RegExp(`needs the role ${role}`));
      }
      await page.goto(`${hub.url}/models/logged/predictions`);
      await page.getByRole('heading', { name: 'Not for your role' }).waitFor();
      const add = page.getByRole('button', { name: 'Add judged photos to a dataset…' });
      await expectRefused(add, /needs the role MAINTAINER/);
    }));

  it('fits a phone', () =>
    onPage(
      browser as Browser,
      hub,
      '/models/logged/predictions',
      async (page) => {
        await page.getByRole('table').waitFor();
        await expectFitsPhone(page);
      },
      PHONE,
    ));
});
