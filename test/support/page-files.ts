import type { Page } from 'playwright-core';

/** A file of the user. */
export interface UserFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** Drops files on an element of a page. */
export const dropFiles = (page: Page, files: readonly UserFile[]): Promise<void> => give(page, files, 'drop');

/** Pastes files into a page. */
export const pasteFiles = (page: Page, files: readonly UserFile[]): Promise<void> => give(page, files, 'paste');

/** Dispatches the event of dropped or pasted files, which a script cannot cause otherwise. */
async function give(page: Page, files: readonly UserFile[], how: 'drop' | 'paste'): Promise<void> {
  const given = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, content: buffer.toString('base64') }));
  await page.evaluate(
    ({ given, how }) => {
      const transfer = new DataTransfer();
      for (const { name, mimeType, content } of given) {
        const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: mimeType }));
      }
      const more = { bubbles: true, cancelable: true };
      const events =
        how === 'paste'
          ? [new ClipboardEvent('paste', { clipboardData: transfer, ...more })]
          : ['dragover', 'drop'].map((name) => new DragEvent(name, { dataTransfer: transfer, ...more }));
      for (const event of events) document.body.dispatchEvent(event);
    },
    { given, how },
  );
}
