import { HubError } from '../errors.js';
import { type HubClient, openFile } from './client.js';
import { findVersion } from './find-version.js';
import { bytes } from './format.js';
import { isFolder } from './ingestion.js';
import { withPackedFolder } from './pack-folder.js';
import { Meter } from './progress.js';
import { type PredictionJob, START_PREDICTION } from './requests/prediction-job.js';
import { serverPath } from './server-path.js';
import { working } from './working.js';

export interface SourceOptions {
  readonly dataset?: string;
  readonly datasetVersion?: number;
  readonly split?: 'train' | 'validation' | 'test';
  readonly upload?: true;
  readonly nameEncoding?: string;
}

/** What a job has besides its source. */
interface About {
  readonly model: string;
  readonly version: number | null;
  readonly topK: number;
  readonly keepForReview: boolean;
}

/** Starts a job on a path of the server, an address, a file or folder of this machine, or a dataset version. */
export async function startPrediction(
  client: HubClient,
  about: About,
  path: string | undefined,
  { dataset, datasetVersion, split, upload, nameEncoding }: SourceOptions,
): Promise<PredictionJob> {
  if ((path === undefined) === (dataset === undefined)) {
    throw new HubError('BAD_INPUT', 'Give a path or an address, or a dataset with --dataset.');
  }
  const common = { ...about, ...(nameEncoding === undefined ? {} : { nameEncoding }) };
  const start = async (source: object): Promise<PredictionJob> =>
    (await client.request(START_PREDICTION, { input: { ...common, ...source } })).startPrediction;
  if (dataset !== undefined) {
    const datasetVersionId = await findVersion(client, dataset, datasetVersion);
    const only = split?.toUpperCase() as 'TRAIN' | 'VALIDATION' | 'TEST' | undefined;
    return start({ datasetVersionId, ...(only ? { split: only } : {}) });
  }
  const from = path as string;
  if (/^https?:/i.test(from)) return working(`Fetching ${from}`, () => start({ url: from }));
  if (!upload) return start({ path: serverPath(from) });
  const send = async (archive: string): Promise<PredictionJob> => {
    const file = await openFile(archive);
    return working(`Sending ${file.name}`, async (line) => {
      const meter = new Meter(bytes);
      const onSent = (sent: number): void => {
        line.text = `Sending ${file.name}: ${meter.text(sent, file.size)}`;
      };
      const variables = { input: { ...common, upload: null } };
      const sent = await client.upload(START_PREDICTION, 'variables.input.upload', file, variables, onSent);
      return sent.startPrediction;
    });
  };
  return (await isFolder(from)) ? withPackedFolder(from, send) : send(from);
}
