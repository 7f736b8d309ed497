import type { IncomingMessage } from 'node:http';

/**
 * Removes the base path from the addresses of requests. Requests without it are left as they are: some proxies remove
 * it themselves, and programs on this machine ask without the proxy.
 */
export function withoutBasePath(basePath: string): (request: IncomingMessage) => void {
  return (request) => {
    const { url = '/' } = request;
    if (basePath === '' || !url.startsWith(basePath)) return;
    const rest = url.slice(basePath.length);
    if (rest === '' || rest.startsWith('?')) request.url = `/${rest}`;
    else if (rest.startsWith('/')) request.url = rest;
  };
}
