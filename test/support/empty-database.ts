import { cpSync } from 'node:fs';
import { inject } from 'vitest';

/** Creates an empty database in a new folder. */
export function copyEmptyDatabase(to: string): void {
  cpSync(inject('emptyDatabase'), to, { recursive: true });
}
