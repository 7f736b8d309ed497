import type { ClientRequest } from 'node:http';
import { isIP } from 'node:net';
import type { Agents } from 'got';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { HubError } from '../errors.js';

/** Milliseconds within which a proxy must connect and answer. */
const ANSWER_TIMEOUT = 20_000;

/** A proxy that an environment variable names. */
export interface NamedProxy {
  readonly url: URL;
  /** The proxy as messages name it: without user and password, and with its variable. */
  readonly name: string;
  readonly variable: string;
}

/**
 * The proxy for a URL by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in either letter case; undefined for none. A value
 * without a scheme is of an http proxy.
 * @throws BAD_INPUT for a value that is no address of an http or https proxy.
 */
export function proxyFor(url: URL): NamedProxy | undefined {
  const variable = variableOf(`${url.protocol.slice(0, -1)}_proxy`) ?? variableOf('all_proxy');
  if (variable === undefined || isExcepted(url)) return undefined;
  const value = process.env[variable] ?? '';
  const stated = value.includes('://') ? value : `http://${value}`;
  const proxy = URL.canParse(stated) ? new URL(stated) : undefined;
  if (!proxy || !['http:', 'https:'].includes(proxy.protocol)) {
    const kind = proxy ? `names a proxy of the kind ${proxy.protocol.slice(0, -1)}` : 'is not the address of a proxy';
    throw new HubError(
      'BAD_INPUT',
      `The variable ${variable} ${kind}: write it as http://HOST:PORT or https://HOST:PORT.`,
    );
  }
  return { url: proxy, name: `${proxy.protocol}//${proxy.host} (${variable})`, variable };
}

/** The name under which a variable is set and not empty. */
function variableOf(name: string): string | undefined {
  return [name, name.toUpperCase()].find((each) => process.env[each]);
}

/** An entry of NO_PROXY: a host, and perhaps a port. An IPv6 address has brackets where a port follows. */
const ENTRY = /^(?<host>\[.*\]|[^:]+):(?<port>\d+)$/;

/** Whether NO_PROXY excepts a URL. As curl reads it, the name of a host includes its subdomains. */
function isExcepted({ protocol, hostname, port }: URL): boolean {
  const host = bareHost(hostname);
  const ownPort = port || (protocol === 'https:' ? '443' : '80');
  const entries = process.env[variableOf('no_proxy') ?? '']?.split(/[\s,]+/) ?? [];
  return entries.filter(Boolean).some((entry) => {
    if (entry === '*') return true;
    const { host: named = entry, port: onPort = ownPort } = ENTRY.exec(entry)?.groups ?? {};
    const name = bareHost(named);
    return onPort === ownPort && (host === name || (isIP(host) === 0 && host.endsWith(`.${name}`)));
  });
}

/** A host without brackets, the dot at its end, and the dot or `*.` before a domain. */
const bareHost = (host: string): string => host.toLowerCase().replace(/^\*?\.|^\[|\]$|\.$/g, '');

/**
 * Agents that send requests through a proxy: https through a tunnel (CONNECT), http as it is. Their errors are BAD_INPUT and
 * name the proxy.
 * @param ca certificates of targets to trust in addition to the system's, as PEM.
 */
export function proxyAgents(proxy: NamedProxy, ca?: string): Agents {
  return { http: new PlainAgent(proxy), https: new TunnelAgent(proxy, ca) };
}

/** The error of a proxy that answers a request of its own accord. @param target host and port that were asked for. */
export function proxyRefusal({ url, name, variable }: NamedProxy, status: number, target: string): HubError {
  const example = `${url.protocol}//USER:PASSWORD@${url.host}`;
  const why =
    status === 407
      ? `asks for ${url.username ? 'another' : 'a'} user and password: write them into ${variable}, as ${example}.`
      : `does not connect to ${target}: it answers with status ${status}.`;
  return new HubError('BAD_INPUT', `The proxy ${name} ${why}`);
}

class PlainAgent extends HttpProxyAgent<string> {
  readonly #deadline: Deadline;

  constructor(private readonly named: NamedProxy) {
    const deadline = new Deadline();
    super(named.url.href, { signal: deadline.signal });
    this.#deadline = deadline;
  }

  override connect(...request: Parameters<HttpProxyAgent<string>['connect']>) {
    return this.#deadline.limit(this.named, super.connect(...request));
  }
}

class TunnelAgent extends HttpsProxyAgent<string> {
  readonly #deadline: Deadline;

  constructor(
    private readonly named: NamedProxy,
    private readonly ca: string | undefined,
  ) {
    const deadline = new Deadline();
    super(named.url.href, { signal: deadline.signal });
    this.#deadline = deadline;
  }

  override async connect(request: ClientRequest, options: Parameters<HttpsProxyAgent<string>['connect']>[1]) {
    let status = 0;
    request.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      status = statusCode;
    });
    const trusting = this.ca ? { ...options, ca: this.ca } : options;
    const socket = await this.#deadline.limit(this.named, super.connect(request, trusting));
    if (status === 200) return socket;
    socket.destroy(); // it would show the proxy's answer as the target's
    throw proxyRefusal(this.named, status, `${options.host}:${options.port}`);
  }
}

/** Ends a connection to a proxy that does not answer. */
class Deadline {
  readonly #silent = new AbortController();
  readonly signal = this.#silent.signal;

  async limit<T>({ name }: NamedProxy, connecting: Promise<T>): Promise<T> {
    const timer = setTimeout(() => this.#silent.abort(), ANSWER_TIMEOUT);
    try {
      return await connecting;
    } catch (error) {
      const why = this.signal.aborted ? `no answer within ${ANSWER_TIMEOUT / 1000} s` : messageOf(error);
      throw new HubError('BAD_INPUT', `The proxy ${name} cannot be reached: ${why}.`);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The message of an error. Where several addresses were tried, Node's has a code only. */
export function messageOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || String(error);
}
