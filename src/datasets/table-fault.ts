import { HubError } from '../errors.js';

/** The error for a line of a table of labels. @param fault a sentence without its end. */
export function tableFault(table: string, line: number, fault: string): HubError {
  return new HubError('DATASET_REFUSED', `${table}, line ${line}: ${fault}.`, { line });
}
