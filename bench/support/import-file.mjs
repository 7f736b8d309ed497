import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds between looks at an import. */
const POLL_MS = 100;

/** Imports a model file that the hub can read. @returns the error with which the import ended, or null. */
export async function importFile(client, input) {
  const { importModelVersion } = await client.request(
    'mutation ($input: ImportModelVersionInput!) { importModelVersion(input: $input) { id } }',
    { input },
  );
  for (;;) {
    const { modelImports } = await client.request(
      'query ($model: String!) { modelImports(model: $model) { id version error { code message } } }',
      { model: input.model },
    );
    const { version, error } = modelImports.find(({ id }) => id === importModelVersion.id);
    if (error || version !== null) return error;
    await delay(POLL_MS);
  }
}
