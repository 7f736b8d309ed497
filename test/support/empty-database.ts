import { inject } from 'vitest';
import { copyFolder } from './copy-folder.js';

/** Creates an empty database in a new folder. */
export const copyEmptyDatabase = (to: string): Promise<void> => copyFolder(inject('emptyDatabase'), to);
