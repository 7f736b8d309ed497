/** Decodes a base64 data URL, which the content security policy does not let the page fetch. */
export function blobOf(dataUrl: string): Blob {
  const [head = '', content = ''] = dataUrl.split(',');
  const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
  return new Blob([bytes], { type: /^data:([^;]+)/.exec(head)?.[1] ?? '' });
}
