import type { Browser } from 'playwright-core';

/** Starts a browser that is installed on this machine; null where there is none. @param args more of its arguments. */
export function launchInstalled(args?: readonly string[]): Promise<Browser | null>;
