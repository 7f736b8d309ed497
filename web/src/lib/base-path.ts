/** Path of the hub behind a proxy, such as `/hub`, which the hub writes into the document; empty without a proxy. */
export const BASE_PATH = basePath(
  document.querySelector<HTMLMetaElement>('meta[name="base-path"]')?.content ?? '',
  location.pathname,
);

/** Address of the hub. */
export const HUB_URL = `${location.origin}${BASE_PATH}`;

/** The configured path, unless the page was opened without it, as on the machine of the hub. */
function basePath(configured: string, pathname: string): string {
  return pathname === configured || pathname.startsWith(`${configured}/`) ? configured : '';
}
