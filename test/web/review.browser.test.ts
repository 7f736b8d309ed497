import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAccessible, installedBrowser } from '../support/browser.js';
import { COLOUR_NAMES, colourPhoto } from '../support/colour-images.js';
import type { HubUser } from '../support/hub-user.js';
import { copyVersions } from '../support/model-copies.js';
import { expectFitsPhone, expectRefused, onPage, PHONE } from '../support/on-page.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

interface Judged {
  readonly id: string;
  readonly rightLabel: string | null;
  readonly showsNone: boolean;
  readonly rightBy: string | null;
}

describe.skipIf(!browser)('the review of photos on the page', () => {
  let hub: HubWithColours;
  let ann: HubUser;
  let viewer: HubUser;

  beforeAll(async () => {
    const models = ['judged', 'touched', 'shared', 'fresh'];
    hub = await TestHub.startWithColours({
      rows: async (client) => {
        for (const model of models) await copyVersions(client, model, [{}]);
      },
    });
    for (const model of models) {
      await hub.ask('promote', { model, version: 1, reason: 'first', overrideGate: true });
      if (model !== 'fresh') await keep(model);
    }
    ann = hub.as((await hub.createToken({ name: 'ann', role: 'TRAINER' })).secret);
    viewer = hub.as((await hub.createToken({ name: 'looker', role: 'VIEWER' })).secret);
  });
  afterAll(() => hub.remove());

  /** Has six photos answered that are kept. */
  async function keep(model: string): Promise<void> {
    await hub.ask('set-prediction-log', { model, sample: 1, keepPhotos: true, reason: 'review' });
    for (let i = 0; i < 6; i++) {
      const photo = await colourPhoto(COLOUR_NAMES[i % 3]!, 60_000 + i);
      await hub.send('classify', 'image', photo, { model });
    }
  }

  const judged = async (model: string): Promise<Judged[]> => {
    const text = `query ($model: String!) { predictions(filter: { model: $model }, first: 50) {
      edges { node { id rightLabel showsNone rightBy } } } }`;
    const { predictions } = await hub.client.request<{ predictions: { edges: { node: Judged }[] } }>(text, { model });
    return predictions.edges.map(({ node }) => node).filter(({ rightBy }) => rightBy !== null);
  };
  const progress = (page: Page, text: string): Promise<void> => page.getByRole('status').getByText(text).waitFor();
  /** The end of the photo, as a name of it. */
  const photo = async (page: Page): Promise<string | undefined> =>
    (await page.getByRole('figure').getByRole('img').getAttribute('src'))?.slice(-40);

  /** A photo that is shown long enough to be judged. */
  const seen = (page: Page): Promise<void> => page.locator('figure[aria-busy="false"]').waitFor();
  const press = async (page: Page, key: string): Promise<void> => {
    await seen(page);
    await page.keyboard.press(key);
  };

  it('judges, skips and undoes by one key each, and leads to a dataset version', () =>
    onPage(browser as Browser, ann, '/models/judged/predictions', async (page) => {
      await page.getByRole('link', { name: 'Review photos' }).click();
      await progress(page, '0 judged · 6 left');
      const first = await photo(page);
      await press(page, '3');
      await progress(page, '1 judged · 5 left');
      expect(await photo(page)).not.toBe(first);
      await page.keyboard.press('u');
      await progress(page, '0 judged · 6 left');
      expect(await photo(page)).toBe(first);
      await seen(page);
      await page.evaluate(() => {
        for (const key of ['1', '1']) document.dispatchEvent(new KeyboardEvent('keydown', { key })); // a double press is one
      });
      await press(page, '0');
      await progress(page, '2 judged · 4 left');
      await expect.poll(async () => (await judged('judged')).length).toBe(2);
      expect(await judged('judged')).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ rightLabel: 'blue', showsNone: false, rightBy: 'ann' }),
          expect.objectContaining({ rightLabel: null, showsNone: true, rightBy: 'ann' }),
        ]),
      );
      const skipped = await photo(page);
      await page.keyboard.press('Space');
      await expect.poll(() => photo(page)).not.toBe(skipped);
      for (const left of [3, 2, 1]) {
        await press(page, 'Enter');
        await progress(page, `${6 - left} judged · ${left} left`);
      }
      await expect.poll(() => photo(page)).toBe(skipped); // it comes last
      await press(page, 'Enter');
      await page.getByRole('heading', { name: 'No photos to judge' }).waitFor();
      await page.keyboard.press('Control+z');
      await progress(page, '5 judged · 1 left');
      await expectAccessible(page, ['light', 'dark']);
      await expectRefused(page.getByRole('button', { name: 'Add judged photos to a dataset…' }), /MAINTAINER/);
    }));

  it('is for a finger on a phone, and leaves the photos of one person to nobody else', () =>
    onPage(
      browser as Browser,
      hub,
      '/models/touched/review',
      async (page) => {
        await progress(page, '0 judged · 6 left');
        await expectFitsPhone(page);
        await seen(page);
        await page.getByRole('group', { name: 'Class of the photo' }).getByRole('button', { name: 'green' }).click();
        await seen(page);
        await page.getByRole('button', { name: 'None of these' }).click();
        await page.getByRole('button', { name: 'Skip' }).click();
        await progress(page, '2 judged · 4 left');
        await page.getByRole('button', { name: 'Undo' }).click();
        await progress(page, '1 judged · 5 left');
        await expect.poll(async () => (await judged('touched')).length).toBe(1);
        await onPage(browser as Browser, ann, '/models/touched/review', async (other) => {
          await other.getByRole('heading', { name: 'No photos to judge' }).waitFor();
          await other.getByText('Second opinions').click();
          await press(other, '2');
          await other.getByRole('button', { name: 'Look again' }).click();
          await other.getByText('People agree on 1 of 1 photos that several of them judged.').waitFor();
          await other.getByText('Versions differ').click();
          await other
            .getByText('The versions of the newest rollout agree on every kept photo that nobody has judged.')
            .waitFor();
        });
      },
      PHONE,
    ));

  it('says what is missing, and who may not', async () => {
    await onPage(browser as Browser, hub, '/models/fresh/review', async (page) => {
      await page.getByText('Photos of new answers are not kept.').waitFor();
      await page.getByRole('heading', { name: 'No photos to judge' }).waitFor();
      await expectAccessible(page, ['light', 'dark']);
    });
    await onPage(browser as Browser, viewer, '/models/judged/review', async (page) => {
      await page.getByText('This needs the role TRAINER; the token "looker" has VIEWER.').waitFor();
      await page.goto(`${hub.url}/models/judged`);
      await expectRefused(page.getByRole('button', { name: 'Review photos' }), /TRAINER/);
    });
  });
});
