import { reverseProxy } from './reverse-proxy.js';

/** A proxy before a hub. */
export interface BusyProxy {
  readonly url: string;
  /** When requests arrived, by `performance.now()`. */
  readonly arrivals: readonly number[];
}

/**
 * Starts a proxy that refuses the first requests as a hub that is overloaded does, and shows the hub to others.
 * @param refusals number of refused requests. @param retryAfter seconds that it asks to wait.
 */
export async function busyProxy(hub: string, refusals: number, retryAfter: number): Promise<BusyProxy> {
  const arrivals: number[] = [];
  const url = await reverseProxy(hub, '/busy', true, (asked, response) => {
    arrivals.push(performance.now());
    if (arrivals.length > refusals) return false;
    asked.resume();
    const extensions = { code: 'OVERLOADED', retryAfter };
    response.writeHead(429, { 'content-type': 'application/json', 'retry-after': String(retryAfter) });
    response.end(JSON.stringify({ errors: [{ message: 'The hub is overloaded.', extensions }] }));
    return true;
  });
  return { url, arrivals };
}
