// Loaded ahead of a command of the hub: a test asks no other machine, and what it finds does not depend on one.
const { fetch } = globalThis;
globalThis.fetch = async (input, init) => {
  const { hostname } = new URL(input instanceof Request ? input.url : input);
  if (hostname === '127.0.0.1') return fetch(input, init);
  throw new TypeError('fetch failed', { cause: new Error('the tests have no network') });
};
