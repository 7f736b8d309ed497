/** A curl command for the same request. It reads the token from the variable TOKEN. */
export function curlOf({
  hub,
  file,
  ...target
}: {
  /** Address of the hub. */
  readonly hub: string;
  readonly file: string;
  readonly model: string;
  readonly alias?: string;
  readonly version?: number;
}): string {
  const query = new URLSearchParams(Object.entries(target).map(([name, value]) => [name, String(value)]));
  return [
    `curl ${quoted(`${hub}/v1/classify?${query}`)} -H "Authorization: Bearer $TOKEN"`,
    `-F ${quoted(`image=@"${file.replace(/["\\]/g, '\\$&')}"`)}`,
  ].join(' \\\n  ');
}

/** Quotes a text as one shell word. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
