import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderOf, images, png, tarGzOf, tarOf, zipOf } from '../datasets/fixtures.js';
import { expectAccessible, installedBrowser } from '../support/browser.js';
import { colourImages } from '../support/colour-images.js';
import { expectFitsPhone, onPage, PHONE } from '../support/on-page.js';
import { dropFiles } from '../support/page-files.js';
import { QUICK } from '../support/recipes.js';
import { TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('pages of datasets', () => {
  let hub: TestHub;
  beforeAll(async () => {
    hub = await TestHub.start();
  });
  afterAll(() => hub.remove());

  const on = (path: string, what: (page: Page) => Promise<void>, options = {}) =>
    onPage(browser as Browser, hub, path, what, options);

  const archive = (buffer: Buffer, name = 'pets.zip') => ({ name, mimeType: 'application/zip', buffer });
  const versions = async (name: string): Promise<readonly { readonly number: number }[]> => {
    const { data } = await hub.post('query ($name: String!) { dataset(name: $name) { versions { number } } }', {
      name,
    });
    return (data as { dataset: { versions: { number: number }[] } }).dataset.versions;
  };

  it('teach when there is none, make one, and refuse a name that is taken where it was typed', () =>
    on('/datasets', async (page) => {
      await page.getByRole('heading', { name: 'No dataset yet' }).waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'New dataset' }).click();
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

  it('take an archive that is dropped, and show the version that came of it', () =>
    on('/datasets/pets', async (page) => {
      const files = await images(['train/cat', 'train/dog', 'test/cat'], 70);
      const leak = { 'test/cat/leak.png': files['train/cat/1.png'] as Buffer };
      const odd = { 'train/dog/notes.txt': Buffer.from('no picture'), 'train/hen/1.png': await png(99) };
      await page.getByText('Drop a folder').waitFor();
      await dropFiles(page, [archive(await zipOf({ ...files, ...leak, ...odd }))]);
      await page.getByText('pets.zip').waitFor();
      await page.getByRole('button', { name: 'Register' }).click();
      await page.getByRole('list', { name: 'Registrations' }).getByRole('link', { name: 'version 1' }).click();
      await page.getByRole('heading', { name: 'pets, version 1' }).waitFor();
      const findings = page.getByRole('list', { name: 'Findings' }).getByRole('listitem');
      expect(await findings.first().textContent()).toContain('Same pictures in training and in testing');
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Show: Files left out' }).click();
      await page.getByRole('cell', { name: 'train/dog/notes.txt' }).waitFor();
      await page.getByRole('button', { name: 'Show: Same pictures in training' }).click();
      await page.getByText('Same bytes, in training and in testing').waitFor();
      expect(page.url()).toContain('duplicates=LEAKS');
      await expectAccessible(page);
    }));

  it('take a folder that is chosen, with its classes shown before anything is sent', () =>
    on('/datasets/pets', async (page) => {
      const all = Object.entries(await images(['', '', '', 'cow', 'hen'], 6)); // the first three are in version 1
      const folder = await folderOf(Object.fromEntries(all.filter(([name]) => !name.startsWith('/'))));
      await page.getByText('Drop a folder').waitFor();
      await page.getByLabel('Folder of images').setInputFiles(folder);
      const bars = page.getByRole('list', { name: 'Pictures in each class' });
      await bars.getByText('cow').waitFor();
      expect(await bars.getByRole('listitem').allInnerTexts()).toEqual(['cow\n6', 'hen\n6']);
      expect(await versions('pets')).toHaveLength(1);
      await page.getByRole('button', { name: 'Register' }).click();
      await page.getByRole('list', { name: 'Registrations' }).getByRole('link', { name: 'version 2' }).waitFor();
      await page.getByRole('link', { name: 'since version 1' }).click();
      await page.getByRole('heading', { name: 'Added: 12' }).waitFor();
      await expectAccessible(page);
    }));

  it('keep the archive that was refused, with the reason', () =>
    on('/datasets/pets', async (page) => {
      await page.getByText('Drop a folder').waitFor();
      const text = { name: 'text.zip', mimeType: 'application/zip', buffer: Buffer.from('this is no archive') };
      await page.getByLabel('Archive of images').setInputFiles(text);
      await page.getByRole('button', { name: 'Register' }).click();
      const row = page.getByRole('list', { name: 'Registrations' }).getByRole('listitem');
      await row
        .getByText(/archive/i)
        .first()
        .waitFor();
      await row.getByRole('button', { name: 'Dismiss' }).waitFor();
      expect(await page.getByRole('button', { name: 'Register' }).isEnabled()).toBe(true);
      await expectAccessible(page);
      await row.getByRole('button', { name: 'Dismiss' }).click();
      expect(await row.count()).toBe(0);
    }));

  describe('while something is being sent over a slow line', () => {
    /** Lets a page send 40 kB in a second. */
    async function slowLine(page: Page): Promise<void> {
      const session = await page.context().newCDPSession(page);
      await session.send('Network.enable');
      const conditions = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 40_000 };
      await session.send('Network.emulateNetworkConditions', conditions);
    }

    async function beginToSend(page: Page, dataset: string): Promise<void> {
      await hub.ask('create-dataset', { name: dataset });
      await page.goto(`${hub.url}/datasets/${dataset}`);
      await page.getByText('Drop a folder').waitFor();
      await slowLine(page);
      const files = { 'a/1.png': await png(1, 300, 300), 'b/1.png': await png(2, 300, 300) };
      await page.getByLabel('Archive of images').setInputFiles(archive(await tarOf(files), 'slow.tar'));
      await page.getByRole('button', { name: 'Register' }).click();
      await page.getByText('slow.tar: sending').waitFor();
    }

    it('can be cancelled, and leaves nothing behind', () =>
      on('/', async (page) => {
        await beginToSend(page, 'stopped');
        await expectAccessible(page);
        await page.getByRole('button', { name: 'Cancel slow.tar' }).click();
        await page.getByText('slow.tar: Cancelled.').waitFor();
        expect(await versions('stopped')).toEqual([]);
      }));

    it('can be reloaded: the hub keeps nothing of it, and it can be sent again', () =>
      on('/', async (page) => {
        page.on('dialog', (dialog) => dialog.accept());
        await beginToSend(page, 'reloaded');
        await page.reload();
        await page.getByRole('heading', { name: 'First version' }).waitFor();
        await page.getByLabel('Archive of images').setInputFiles(archive(await zipOf(await images(['a', 'b'], 3))));
        await page.getByRole('button', { name: 'Register' }).click();
        await page.getByRole('list', { name: 'Registrations' }).getByRole('link', { name: 'version 1' }).waitFor();
        expect(await versions('reloaded')).toEqual([{ number: 1 }]);
      }));
  });

  it('page through pictures, by mouse and by keys, and the address says where one is', () =>
    on('/datasets/pets/1?class=cat', async (page) => {
      const pictures = page.getByRole('list', { name: 'Pictures' }).getByRole('button');
      await pictures.first().waitFor();
      expect(await pictures.count()).toBe(60);
      await page.getByRole('button', { name: 'Next', exact: true }).first().click();
      await page.getByText('61 to 120 of 141').first().waitFor();
      expect(page.url()).toContain('page=2');
      await page.reload();
      await page.getByText('61 to 120 of 141').first().waitFor();
      await pictures.first().focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: 'Picture 62 of 141' }).waitFor();
      await page
        .getByRole('dialog')
        .getByRole('img', { name: /^cat: / })
        .waitFor();
      await expectAccessible(page);
      await page.keyboard.press('ArrowLeft');
      await page.getByRole('dialog', { name: 'Picture 61 of 141' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByRole('combobox', { name: 'Split' }).selectOption('VALIDATION');
      await page.getByRole('heading', { name: 'No picture fits' }).waitFor();
      await page.getByRole('button', { name: 'Show all pictures' }).click();
      await page.getByText('1 to 60 of 212').first().waitFor();
    }));

  it('show what each class looks like', () =>
    on('/datasets/pets/1?show=sheets', async (page) => {
      await page.getByRole('img', { name: 'Pictures of dog' }).waitFor();
      await page.getByRole('button', { name: 'hen', exact: true }).last().click();
      await page.getByRole('list', { name: 'Pictures' }).getByRole('button').first().waitFor();
      expect(page.url()).toMatch(/class=hen$/);
    }));

  it('make a version without duplicates and with a picture in another class; what was chosen outlives a reload', () =>
    on('/datasets/pets/1?class=dog&picture=0', async (page) => {
      await page.getByRole('combobox', { name: 'Class in the next version' }).selectOption('cat');
      await page.getByRole('button', { name: 'Next', exact: true }).last().click();
      await page.getByRole('dialog', { name: 'Picture 2 of' }).waitFor();
      await page.getByRole('checkbox', { name: 'Leave it out of the next version' }).check();
      await page.keyboard.press('Escape');
      await page.reload();
      await page.getByRole('button', { name: 'Next version: 2 chosen' }).click();
      await page.getByRole('button', { name: 'Undo' }).nth(1).waitFor();
      await page.getByRole('radio', { name: 'Keep one of each group with identical bytes' }).check();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Create version' }).click();
      await page.getByRole('heading', { name: 'pets, version 3' }).waitFor();
      await page.goto(`${hub.url}/datasets/pets/difference?from=1&to=3`);
      await page.getByRole('heading', { name: 'Removed: 2' }).waitFor();
      await page.getByRole('heading', { name: 'In another class: 1' }).waitFor();
    }));

  it('say which runs used a version, and why it is not deleted', async () => {
    const version = await hub.register('used', await tarGzOf(await colourImages({ train: 4, test: 2 })));
    const run = await hub.train({ datasetVersionId: version.id, recipe: { ...QUICK, epochs: 1 } });
    await on('/datasets/used/1', async (page) => {
      await page.getByRole('link', { name: run.id.slice(-8) }).waitFor();
      await page.getByRole('button', { name: 'Delete…' }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByText(`The dataset version is used by runs ${run.id}`).waitFor();
      await expectAccessible(page);
    });
  });

  it('filter by name, and say when nothing fits', () =>
    on('/datasets?text=pet', async (page) => {
      await page.getByRole('link', { name: 'pets', exact: true }).waitFor();
      expect(await page.getByRole('table', { name: 'Datasets' }).getByRole('row').count()).toBe(2);
      await page.keyboard.press('/');
      await page.keyboard.type('x');
      await page.getByRole('heading', { name: 'No dataset fits the filter' }).waitFor();
      await page.getByRole('button', { name: 'Clear the filter' }).click();
      await page.getByRole('link', { name: 'used', exact: true }).waitFor();
      await expectAccessible(page);
    }));

  it.each(['/datasets/pets', '/datasets/pets/1', '/datasets/nothing', '/datasets/pets/77'])(
    'fit a phone and can be used by everyone: %s',
    (path) =>
      on(
        path,
        async (page) => {
          await page.getByRole('heading').first().waitFor();
          await page.locator('[aria-label="Loading"]').first().waitFor({ state: 'detached' });
          await expectFitsPhone(page);
        },
        PHONE,
      ),
  );
});
