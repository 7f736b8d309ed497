/** What a request sends: JSON, or a form with files. */
export interface Body {
  readonly body: string | FormData;
  readonly headers: Readonly<Record<string, string>>;
}

/** Encodes a request; with Blobs in its variables as the GraphQL multipart request specification says. */
export function encode(query: string, variables: unknown): Body {
  const files = new Map<string, Blob>();
  const operations = JSON.stringify({ query, variables: withoutFiles(variables, 'variables', files) });
  if (files.size === 0) return { body: operations, headers: { 'content-type': 'application/json' } };
  const form = new FormData();
  form.append('operations', operations);
  form.append('map', JSON.stringify(Object.fromEntries([...files.keys()].map((path, i) => [i, [path]]))));
  for (const [i, file] of [...files.values()].entries()) form.append(String(i), file);
  return { body: form, headers: { 'apollo-require-preflight': 'true' } };
}

/** The value with null in place of each file. @param files takes them by their paths. */
function withoutFiles(value: unknown, path: string, files: Map<string, Blob>): unknown {
  if (value instanceof Blob) {
    files.set(path, value);
    return null;
  }
  if (Array.isArray(value)) return value.map((item, i) => withoutFiles(item, `${path}.${i}`, files));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withoutFiles(item, `${path}.${key}`, files)]),
  );
}
