import { buildParts } from './program.js';

/** Builds the page for tests in a browser. */
export const setup = (): Promise<void> => buildParts(['page']);
