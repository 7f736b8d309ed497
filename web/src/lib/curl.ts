/** A command that asks the same from a terminal. The token stays out of it: TOKEN is to hold one. */
export function curlOf({
  origin,
  file,
  ...who
}: {
  readonly origin: string;
  readonly file: string;
  readonly model: string;
  readonly alias?: string;
  readonly version?: number;
}): string {
  const query = new URLSearchParams(Object.entries(who).map(([name, value]) => [name, String(value)]));
  return [
    `curl ${quoted(`${origin}/v1/classify?${query}`)} -H "Authorization: Bearer $TOKEN"`,
    `-F ${quoted(`image=@"${file.replace(/["\\]/g, '\\$&')}"`)}`,
  ].join(' \\\n  ');
}

/** As one word of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
