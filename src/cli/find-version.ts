import { HubError } from '../errors.js';
import type { HubClient } from './client.js';
import { DATASET_VERSIONS } from './requests/dataset.js';

/** The id of a dataset version, by default of the newest one. @throws NOT_FOUND when it does not exist. */
export async function findVersion(client: HubClient, name: string, number: number | undefined): Promise<string> {
  const { dataset } = await client.request(DATASET_VERSIONS, { name });
  if (!dataset) throw new HubError('NOT_FOUND', `There is no dataset named ${name}: "hub dataset list" lists them.`);
  const { versions } = dataset; // newest first
  const found = number === undefined ? versions[0] : versions.find((version) => version.number === number);
  if (found) return found.id;
  throw new HubError(
    'NOT_FOUND',
    number === undefined ? `The dataset ${name} has no versions yet.` : `The dataset ${name} has no version ${number}.`,
  );
}
