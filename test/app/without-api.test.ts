import { join } from 'node:path';
import { build } from 'rolldown';
import { expect, it } from 'vitest';
import { bundleOptions, ROOT } from '../../scripts/bundle.mjs';

/** What only answers to GraphQL, an embedded database and traces need. OpenTelemetry's API comes with the metrics. */
const UNNEEDED =
  /node_modules\/((graphql|graphql-ws|graphql-upload|type-graphql|@apollo)\/|@opentelemetry\/(?!api\/))|src\/(schema\/.*\.(resolver|type|input)|http\/page|storage\/embedded-session)\.ts/;

it('a hub loads neither schema nor page nor an embedded database nor OpenTelemetry before it knows that it needs them', async () => {
  const options = bundleOptions({ entries: { hub: 'src/app/hub.ts' }, into: join(ROOT, 'out', 'without-api') });
  const { output } = await build({ ...options, write: false });
  const chunks = new Map(output.flatMap((chunk) => (chunk.type === 'chunk' ? [[chunk.fileName, chunk]] : [])));
  const loaded = new Set(['hub.js']);
  for (const name of loaded) for (const next of chunks.get(name)?.imports ?? []) loaded.add(next);
  const modules = [...loaded].flatMap((name) => chunks.get(name)?.moduleIds ?? []);
  expect(modules.some((id) => id.endsWith('classify.ts'))).toBe(true);
  expect(modules.map((id) => id.replaceAll('\\', '/')).filter((id) => UNNEEDED.test(id))).toEqual([]);
});
