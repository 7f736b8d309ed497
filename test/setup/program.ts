import { build, type Part } from '../../scripts/build.mjs';
import { once } from './once.js';

/** Builds what tests run in processes and threads of their own. Nothing is done when it is up to date. */
export const buildParts = (parts: readonly Part[]): Promise<void> => once(parts.join(), () => build(parts));

export const setup = (): Promise<void> => buildParts(['client', 'program', 'database']);
