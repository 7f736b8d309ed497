/** Promises of what the projects of one test run share. Vitest loads this module anew for every project. */
const SHARED = Symbol.for('model-hub.test-setup');
const shared = globalThis as { [SHARED]?: Map<string, Promise<unknown>> };
shared[SHARED] ??= new Map();

/** Runs a preparation the first time it is asked for, and afterwards returns the same promise. */
export function once<T>(name: string, prepare: () => Promise<T>): Promise<T> {
  const promises = shared[SHARED] as Map<string, Promise<unknown>>;
  const promise = (promises.get(name) as Promise<T> | undefined) ?? prepare();
  promises.set(name, promise);
  return promise;
}
