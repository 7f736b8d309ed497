/** A command that asks the same from a terminal. The token stays out of it: TOKEN is to hold one. */
export function curlOf({
  origin,
  model,
  alias,
  file,
}: {
  readonly origin: string;
  readonly model: string;
  readonly alias: string;
  readonly file: string;
}): string {
  const query =
    'mutation ($image: Upload!, $model: String!, $alias: String!) { classify(image: $image, model: $model, alias: $alias) ' +
    '{ label confidence modelVersion top { label probability } } }';
  const operations = JSON.stringify({ query, variables: { image: null, model, alias } });
  return [
    `curl ${quoted(`${origin}/graphql`)} -H "Authorization: Bearer $TOKEN" -H 'apollo-require-preflight: true'`,
    `-F operations=${quoted(operations)}`,
    `-F map='{"0":["variables.image"]}'`,
    `-F ${quoted(`0=@"${file.replace(/["\\]/g, '\\$&')}"`)}`,
  ].join(' \\\n  ');
}

/** As one word of a shell. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
