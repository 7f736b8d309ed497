import { HubError } from '../errors.js';

/** What to throw where a row was asked for by an id that none has. */
export function notFound(what: 'run' | 'dataset version' | 'sweep', id: string): HubError {
  return new HubError('NOT_FOUND', `There is no ${what} with this id.`, { id });
}
