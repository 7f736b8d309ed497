import type { Page } from 'playwright-core';

/** A file as a user has it. */
export interface UserFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

/** Drops files somewhere on a page. */
export const dropFiles = (page: Page, files: readonly UserFile[]): Promise<void> => give(page, files, 'drop');

/** Pastes files into a page. */
export const pasteFiles = (page: Page, files: readonly UserFile[]): Promise<void> => give(page, files, 'paste');

/** What a browser does when files come by mouse or clipboard, which no script can hold. */
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
