import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ErrorCode, HubError } from '../errors.js';
import { type HubClient, openFile } from './client.js';
import { IMPORT_MODEL_VERSION, MODEL_IMPORTS, type ModelImport } from './requests/portable.js';
import { serverPath } from './server-path.js';

/** Milliseconds between two requests for the state of an import. */
const POLL = 500;

export interface ImportInput {
  readonly model: string;
  readonly datasetVersionId: string;
  readonly labels: readonly string[] | null;
}

/** Starts the import of a model file, by its path on the server or, with `upload`, from this machine. */
export async function startImport(
  client: HubClient,
  path: string,
  { labels, ...rest }: ImportInput,
  upload: boolean,
): Promise<ModelImport> {
  const input = { ...rest, labels: labels && [...labels] };
  if (!upload) {
    const variables = { input: { ...input, path: serverPath(path) } };
    return (await client.request(IMPORT_MODEL_VERSION, variables)).importModelVersion;
  }
  const variables = { input: { ...input, upload: null } };
  const sent = client.upload(IMPORT_MODEL_VERSION, 'variables.input.upload', await openFile(path), variables);
  return (await sent).importModelVersion;
}

/** Waits for the end of an import. @throws the error of the import; NOT_FOUND when it was deleted. */
export async function waitForImport(client: HubClient, { id, model, fileName }: ModelImport): Promise<ModelImport> {
  for (;;) {
    const { modelImports } = await client.request(MODEL_IMPORTS, { model });
    const found = modelImports.find((one) => one.id === id);
    if (!found)
      throw new HubError('NOT_FOUND', `The import of ${basename(fileName)} was deleted with its dataset version.`);
    if (found.error) throw new HubError(found.error.code as ErrorCode, found.error.message);
    if (found.version !== null) return found;
    await delay(POLL);
  }
}
