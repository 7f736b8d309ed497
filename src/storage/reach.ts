import type { Agents } from 'got';
import ipaddr from 'ipaddr.js';
import { RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { HubError } from '../errors.js';
import { proxyAgents, proxyFor } from './proxy.js';

/** The addresses that the hub may connect to on behalf of clients. */
export interface ReachOptions {
  /** Whether addresses of this machine and of private networks are allowed. */
  readonly allowPrivate: boolean;
  /** Certificates to trust in addition to the system's, as PEM. */
  readonly ca?: string | undefined;
}

/**
 * Agents that connect to public addresses only, unless private ones are allowed. Names are checked at each connection. Through
 * a proxy only addresses in numbers and `localhost` can be checked: the proxy resolves names.
 * @throws BAD_INPUT.
 */
export function agentsFor(url: URL, { allowPrivate, ca }: ReachOptions): Agents {
  const proxy = proxyFor(url);
  if (!proxy) {
    return { https: new RequestFilteringHttpsAgent({ allowPrivateIPAddress: allowPrivate, ...(ca ? { ca } : {}) }) };
  }
  if (!allowPrivate && isPrivate(url.hostname)) throw privateAddress();
  return proxyAgents(proxy, ca);
}

export const privateAddress = (): HubError =>
  new HubError(
    'BAD_INPUT',
    'The address leads into a private network: start the hub with --allow-private-urls to reach it.',
  );

/** Whether a host is, by its name alone, this machine or in a private network. */
function isPrivate(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$|\.$/g, '');
  if (/(^|\.)localhost$/.test(host)) return true;
  return ipaddr.isValid(host) && ipaddr.parse(host).range() !== 'unicast';
}
