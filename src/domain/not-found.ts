import { HubError } from '../errors.js';

/** The NOT_FOUND error for an id that no row has. */
export function notFound(what: 'run' | 'dataset version' | 'model version' | 'sweep', id: string): HubError {
  return new HubError('NOT_FOUND', `There is no ${what} with this id.`, { id });
}
