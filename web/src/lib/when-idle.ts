/** Acts once the browser has nothing to do for what is shown. */
export function whenIdle(act: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(act);
  else setTimeout(act, 1000); // Safari has no such callback
}
