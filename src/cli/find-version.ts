import { HubError } from '../errors.js';
import type { HubClient } from './client.js';
import { DATASET_VERSIONS, DATASETS } from './requests/dataset.js';

/**
 * The id of a dataset version, by default of the newest one of the only dataset.
 * @throws NOT_FOUND when it does not exist, BAD_INPUT when no name says which of several datasets is meant.
 */
export async function findVersion(
  client: HubClient,
  given: string | undefined,
  number: number | undefined,
): Promise<string> {
  const name = given ?? (await onlyDataset(client));
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

async function onlyDataset(client: HubClient): Promise<string> {
  const { datasets } = await client.request(DATASETS);
  const names = datasets.map(({ name }) => name);
  if (names.length === 1 && names[0] !== undefined) return names[0];
  const message =
    names.length > 0
      ? `There are several datasets: choose one with --dataset ${names.join(', --dataset ')}.`
      : 'There is no dataset yet: make one with "hub dataset create" and "hub dataset register".';
  throw new HubError('BAD_INPUT', message);
}
