import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { images, png, tarOf, zipOf } from '../datasets/archives.js';
import { folderOf } from '../datasets/fixtures.js';
import { expectAccessible, installedBrowser } from '../support/browser.js';
import { expectFitsPhone, onPage, PHONE } from '../support/on-page.js';
import { dropFiles } from '../support/page-files.js';
import { type HubWithColours, TestHub } from '../support/test-hub.js';

const browser = await installedBrowser();

describe.skipIf(!browser)('pages of datasets', () => {
  let hub: HubWithColours;
  beforeAll(async () => {
    hub = await TestHub.startWithColours();
    await hub.register('pets', await pets(70));
  });
  afterAll(() => hub.remove());

  const on = (path: string, what: (page: Page) => Promise<void>, options = {}) =>
    onPage(browser as Browser, hub, path, what, options);

  const archive = (buffer: Buffer, name = 'pets.zip') => ({ name, mimeType: 'application/zip', buffer });
  /** As many images in each of three folders, one of them twice, one image of a third class, and a file that is no image. */
  const pets = async (count: number): Promise<Buffer> => {
    const files = await images(['train/cat', 'train/dog', 'test/cat'], count);
    const leak = { 'test/cat/leak.png': files['train/cat/1.png'] as Buffer };
    const odd = { 'train/dog/notes.txt': Buffer.from('no picture'), 'train/hen/1.png': await png(999) };
    return zipOf({ ...files, ...leak, ...odd });
  };
  const versions = async (name: string): Promise<readonly { readonly number: number }[]> => {
    const { data } = await hub.post('query ($name: String!) { dataset(name: $name) { versions { number } } }', {
      name,
    });
    return (data as { dataset: { versions: { number: number }[] } }).dataset.versions;
  };

  it('take a dropped archive, and show the new version', async () => {
    await hub.ask('create-dataset', { name: 'dropped' });
    await on('/datasets/dropped', async (page) => {
      await page.getByText('Drop a folder').waitFor();
      await dropFiles(page, [archive(await pets(4))]);
      await page.getByText('pets.zip').waitFor();
      await page.getByRole('button', { name: 'Add version' }).click();
      await page.getByRole('list', { name: 'Ingestions' }).getByRole('link', { name: 'version 1' }).click();
      await page.getByRole('heading', { name: 'dropped, version 1' }).waitFor();
      const findings = page.getByRole('list', { name: 'Findings' }).getByRole('listitem');
      expect(await findings.first().textContent()).toContain('Same images in train and test');
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Show: Files left out' }).click();
      await page.getByRole('cell', { name: 'train/dog/notes.txt' }).waitFor();
      await page.getByRole('button', { name: 'Show: Same images in train' }).click();
      await page.getByText('Identical bytes, in train and test').waitFor();
      expect(page.url()).toContain('duplicates=LEAKS');
      await expectAccessible(page);
    });
  });

  it('take a chosen folder, and show its classes before anything is sent', async () => {
    await hub.register('chosen', await zipOf(await images(['cat', 'dog', 'ant'], 6)));
    await on('/datasets/chosen', async (page) => {
      const all = Object.entries(await images(['', '', '', 'cow', 'hen'], 6)); // the first three are in version 1
      const folder = await folderOf(Object.fromEntries(all.filter(([name]) => !name.startsWith('/'))));
      await page.getByText('Drop a folder').waitFor();
      await page.getByLabel('Folder of images').setInputFiles(folder);
      const bars = page.getByRole('list', { name: 'Images per class' });
      await bars.getByText('cow').waitFor();
      await expect.poll(() => bars.getByRole('listitem').allInnerTexts()).toEqual(['cow\n6', 'hen\n6']);
      expect(await versions('chosen')).toHaveLength(1);
      await page.getByRole('button', { name: 'Add version' }).click();
      await page.getByRole('list', { name: 'Ingestions' }).getByRole('link', { name: 'version 2' }).waitFor();
      await page.getByRole('link', { name: 'since version 1' }).click();
      await page.getByRole('heading', { name: 'Added: 12' }).waitFor();
      await expectAccessible(page);
    });
  });

  it('say that the data that was sent is there already', async () => {
    const zip = await zipOf(await images(['cat', 'dog'], 6));
    await hub.register('twice', zip);
    await on('/datasets/twice', async (page) => {
      await page.getByText('Drop a folder').waitFor();
      const same = { name: 'same.zip', mimeType: 'application/zip', buffer: zip };
      await page.getByLabel('Archive of images').setInputFiles(same);
      await page.getByRole('button', { name: 'Add version' }).click();
      const row = page.getByRole('list', { name: 'Ingestions' }).getByRole('listitem');
      await row.getByText(/same\.zip: nothing new, the same data is already here as version 1/).waitFor();
    });
  });

  it('keep a refused archive, with the reason', () =>
    on('/datasets/pets', async (page) => {
      await page.getByText('Drop a folder').waitFor();
      const text = { name: 'text.zip', mimeType: 'application/zip', buffer: Buffer.from('this is no archive') };
      await page.getByLabel('Archive of images').setInputFiles(text);
      await page.getByRole('button', { name: 'Add version' }).click();
      const row = page.getByRole('list', { name: 'Ingestions' }).getByRole('listitem');
      await row
        .getByText(/archive/i)
        .first()
        .waitFor();
      await row.getByRole('button', { name: 'Dismiss' }).waitFor();
      await expect.poll(() => page.getByRole('button', { name: 'Add version' }).isEnabled()).toBe(true);
      await expectAccessible(page);
      await row.getByRole('button', { name: 'Dismiss' }).click();
      await row.waitFor({ state: 'detached' });
    }));

  describe('an upload over a slow connection', () => {
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
      await page.getByRole('button', { name: 'Add version' }).click();
      await page.getByText('slow.tar: sending').waitFor();
    }

    it('can be canceled, and leaves nothing behind', () =>
      on('/', async (page) => {
        await beginToSend(page, 'stopped');
        await expectAccessible(page);
        await page.getByRole('button', { name: 'Cancel slow.tar' }).click();
        await page.getByText('slow.tar: Canceled.').waitFor();
        expect(await versions('stopped')).toEqual([]);
      }));

    it('is discarded by a reload, and can be sent again', () =>
      on('/', async (page) => {
        page.on('dialog', (dialog) => dialog.accept());
        await beginToSend(page, 'reloaded');
        await page.reload();
        await page.getByRole('heading', { name: 'First version' }).waitFor();
        await page.getByLabel('Archive of images').setInputFiles(archive(await zipOf(await images(['a', 'b'], 3))));
        await page.getByRole('button', { name: 'Add version' }).click();
        await page.getByRole('list', { name: 'Ingestions' }).getByRole('link', { name: 'version 1' }).waitFor();
        expect(await versions('reloaded')).toEqual([{ number: 1 }]);
      }));
  });

  it('page through images by mouse and by keyboard, and keep the place in the URL', () =>
    on('/datasets/pets/1?class=cat', async (page) => {
      const pictures = page.getByRole('list', { name: 'Images' }).getByRole('button');
      await pictures.first().waitFor();
      await expect.poll(() => pictures.count()).toBe(60);
      await page.getByRole('button', { name: 'Next', exact: true }).first().click();
      await page.getByText('61 to 120 of 141').first().waitFor();
      expect(page.url()).toContain('page=2');
      await page.reload();
      await page.getByText('61 to 120 of 141').first().waitFor();
      await pictures.first().focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: 'Image 62 of 141' }).waitFor();
      await page
        .getByRole('dialog')
        .getByRole('img', { name: /^cat: / })
        .waitFor();
      await expectAccessible(page);
      await page.keyboard.press('ArrowLeft');
      await page.getByRole('dialog', { name: 'Image 61 of 141' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.getByRole('combobox', { name: 'Split' }).selectOption('VALIDATION');
      await page.getByRole('heading', { name: 'No images match' }).waitFor();
      await page.getByRole('button', { name: 'Show all images' }).click();
      await page.getByText('1 to 60 of 212').first().waitFor();
    }));

  it('show a contact sheet per class', () =>
    on('/datasets/pets/1?show=sheets', async (page) => {
      await page.getByRole('img', { name: 'Images of dog' }).waitFor();
      await page.getByRole('button', { name: 'hen', exact: true }).last().click();
      await page.getByRole('list', { name: 'Images' }).getByRole('button').first().waitFor();
      await page.waitForURL(/class=hen$/);
    }));

  it('derive a version without duplicates and with an image in another class; the choices survive a reload', async () => {
    await hub.register('derived', await pets(4));
    await on('/datasets/derived/1?class=dog&image=0', async (page) => {
      await page.getByRole('combobox', { name: 'Class in the next version' }).selectOption('cat');
      await page.getByRole('button', { name: 'Next', exact: true }).last().click();
      await page.getByRole('dialog', { name: 'Image 2 of' }).waitFor();
      await page.getByRole('checkbox', { name: 'Leave out of the next version' }).check();
      await page.keyboard.press('Escape');
      await page.reload();
      await page.getByRole('button', { name: 'Next version: 2 changes' }).click();
      await page.getByRole('button', { name: 'Undo' }).nth(1).waitFor();
      await page.getByRole('radio', { name: 'Keep one of each group with identical bytes' }).check();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Create version' }).click();
      await page.getByRole('heading', { name: 'derived, version 2' }).waitFor();
      await page.goto(`${hub.url}/datasets/derived/difference?from=1&to=2`);
      await page.getByRole('heading', { name: 'Removed: 2' }).waitFor();
      await page.getByRole('heading', { name: 'Class changed: 1' }).waitFor();
    });
  });

  it('show more images like one, each of which opens in turn', () =>
    on('/datasets/colours/1?image=0', async (page) => {
      await page.getByRole('button', { name: 'More like this' }).click();
      const similar = page.getByRole('list', { name: 'Similar images' }).getByRole('button');
      await expect.poll(() => similar.count()).toBe(18);
      await page.getByText('By the features of').waitFor();
      await expectAccessible(page);
      await similar.first().click();
      await page.getByRole('button', { name: 'More like this' }).waitFor();
      expect(page.url()).toMatch(/\/datasets\/colours\/1\?image=[1-9]/);
    }));

  it('say why images cannot be compared', async () => {
    await hub.register('unused', await pets(4));
    await on('/datasets/unused/1?image=0', async (page) => {
      await page.getByRole('button', { name: 'More like this' }).click();
      await page.getByText('The hub has no features of unused version 1 to compare: examine it').waitFor();
    });
  });

  it('list the runs of a version, and say why it cannot be deleted', () =>
    on('/datasets/colours/1', async (page) => {
      await page.getByRole('link', { name: hub.runId.slice(-8) }).waitFor();
      await page.getByRole('button', { name: 'Delete…' }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByText(`The dataset version is used by runs ${hub.runId}`).waitFor();
      await expectAccessible(page);
    }));

  it('save a slice, which its form needs a condition and a new name for, and delete it', async () => {
    await on('/datasets/pets', async (page) => {
      await page.getByRole('button', { name: 'New slice…' }).click();
      const form = page.getByRole('form', { name: 'New slice' });
      await form.getByLabel('Name').fill('dark-cats');
      const save = form.getByRole('button', { name: 'Save slice' });
      await expect.poll(() => save.isDisabled()).toBe(true);
      await form.getByLabel('Class').selectOption('cat');
      await form.getByLabel('Brightness to').fill('60');
      await save.click();
      const table = page.getByRole('table', { name: 'Saved slices' });
      await table.getByText('class cat, and brightness up to 60 of 255').waitFor();
      await page.getByRole('button', { name: 'New slice…' }).click();
      await form.getByLabel('Name').fill('dark-cats');
      await form.getByLabel('Class').selectOption('dog');
      await form.getByText('There is a slice of this name. Choose another.').waitFor();
      expect(await save.isDisabled()).toBe(true);
      await form.getByRole('button', { name: 'Cancel' }).click();
      await expectAccessible(page);
      await table.getByRole('button', { name: 'Delete dark-cats' }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await page.getByText('None. A slice is a part of the images').waitFor();
    });
  });

  it('filter by name, and say when nothing matches', () =>
    on('/datasets?text=pet', async (page) => {
      await page.getByRole('link', { name: 'pets', exact: true }).waitFor();
      await expect.poll(() => page.getByRole('table', { name: 'Datasets' }).getByRole('row').count()).toBe(2);
      await page.keyboard.press('/');
      await page.keyboard.type('x');
      await page.getByRole('heading', { name: 'No datasets match' }).waitFor();
      await page.getByRole('button', { name: 'Clear filter' }).click();
      await page.getByRole('link', { name: 'colours', exact: true }).waitFor();
      await expectAccessible(page);
    }));

  it.each(['/datasets/pets', '/datasets/pets/1', '/datasets/nothing', '/datasets/pets/77', '/datasets/pets/abc'])(
    'fit a phone and are accessible: %s',
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
