import ora, { type Ora } from 'ora';
import { terminal } from './terminal.js';

/** A spinner on standard error, which is not started yet. */
export function spinner(text = ''): Ora {
  return ora({ text, stream: terminal().stderr as NodeJS.WriteStream });
}
