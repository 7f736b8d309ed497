import { HubError } from '../errors.js';
import { NameNotFound } from './names-like.js';

/** The NOT_FOUND error for an id that no row has. */
export function notFound(
  what: 'run' | 'dataset version' | 'model version' | 'model import' | 'prediction job' | 'sweep',
  id: string,
): HubError {
  return new HubError('NOT_FOUND', `There is no ${what} with this id.`, { id });
}

/** The NOT_FOUND error for a name that no model has. */
export function modelNotFound(name: string): HubError {
  return new NameNotFound('model', name);
}

/** The NOT_FOUND error for a number that no version of a model has. */
export function versionNotFound(model: string, number: number): HubError {
  const message = `There is no version ${number} of a model named ${model}.`;
  return new HubError('NOT_FOUND', message, { model, number });
}
