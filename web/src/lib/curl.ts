/** A curl command for the same request. It reads the token from the variable TOKEN. */
export function curlOf({
  origin,
  file,
  ...target
}: {
  readonly origin: string;
  readonly file: string;
  readonly model: string;
  readonly alias?: string;
  readonly version?: number;
}): string {
  const query = new URLSearchParams(Object.entries(target).map(([name, value]) => [name, String(value)]));
  return [
    `curl ${quoted(`${origin}/v1/classify?${query}`)} -H "Authorization: Bearer $TOKEN"`,
    `-F ${quoted(`image=@"${file.replace(/["\\]/g, '\\$&')}"`)}`,
  ].join(' \\\n  ');
}

/** Quotes a text as one shell word. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
