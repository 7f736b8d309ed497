import { stat } from 'node:fs/promises';
import { HubError } from '../errors.js';
import { type HubClient, openFile } from './client.js';
import { bytes } from './format.js';
import { withProgress } from './ingestion-progress.js';
import { withPackedFolder } from './pack-folder.js';
import { Meter } from './progress.js';
import { DATASET_VERSIONS, type DatasetVersion, REGISTER } from './requests/dataset.js';
import { serverPath } from './server-path.js';
import { working } from './working.js';

export interface IngestOptions {
  readonly upload?: true;
  readonly testFraction?: number;
  readonly validationFraction?: number;
  readonly seed?: number;
  readonly nameEncoding?: string;
}

/** Ingests a source from a path on the server or, with `upload`, from this machine; a folder is packed first. */
export async function ingestVersion(
  client: HubClient,
  dataset: string,
  path: string,
  options: IngestOptions,
): Promise<DatasetVersion> {
  const input = { dataset, ...givenOptions(options) };
  if (!options.upload) {
    const source = /^https?:/i.test(path) ? { url: path } : { path: serverPath(path) };
    return working(`Reading ${path}`, (line) =>
      withProgress(client, line, async (progressKey) => {
        const answer = await client.request(REGISTER, { input: { ...input, ...source, progressKey } });
        return answer.registerDatasetVersion;
      }),
    );
  }
  // Checked before gigabytes are sent.
  if (!(await client.request(DATASET_VERSIONS, { name: dataset })).dataset) {
    throw new HubError('NOT_FOUND', `There is no dataset named ${dataset}: "hub dataset create ${dataset}" makes it.`);
  }
  return isFolder(path).then((folder) => (folder ? withPackedFolder(path, send) : send(path)));

  async function send(archive: string): Promise<DatasetVersion> {
    const file = await openFile(archive);
    return working(`Sending ${file.name}`, (line) =>
      withProgress(client, line, async (progressKey) => {
        const meter = new Meter(bytes);
        const onSent = (sent: number): void => {
          if (sent < file.size) line.text = `Sending ${file.name}: ${meter.text(sent, file.size)}`;
        };
        const variables = { input: { ...input, upload: null, progressKey } };
        return (await client.upload(REGISTER, 'variables.input.upload', file, variables, onSent))
          .registerDatasetVersion;
      }),
    );
  }
}

/** The given options; the hub has the defaults of the others. */
function givenOptions({
  testFraction,
  validationFraction,
  seed,
  nameEncoding,
}: IngestOptions): Omit<IngestOptions, 'upload'> {
  return {
    ...(testFraction === undefined ? {} : { testFraction }),
    ...(validationFraction === undefined ? {} : { validationFraction }),
    ...(seed === undefined ? {} : { seed }),
    ...(nameEncoding === undefined ? {} : { nameEncoding }),
  };
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false, // a missing path is refused when it is opened
  );
}
