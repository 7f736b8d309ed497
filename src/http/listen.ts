import { type AddressInfo, createServer, type Server } from 'node:net';
import { HubError } from '../errors.js';

/**
 * Listens on an address. @param option that chooses the port, for errors.
 * @throws CONFLICT when the port is taken, BAD_INPUT when the address cannot be used.
 */
export async function listen(server: Server, host: string, port: number, option = '--port'): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(toHubError(error, host, port, option)));
    server.listen(port, host, resolve);
  });
}

/** Checks that an address can be listened on, before anything else is opened. @throws as `listen`. */
export async function requireFree(host: string, port: number, option?: string): Promise<void> {
  const probe = createServer();
  await listen(probe, host, port, option);
  await new Promise((resolve) => probe.close(resolve));
}

/** `host:port`, as addresses have it. */
export function addressText({ family, address, port }: AddressInfo): string {
  return `${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function toHubError(error: NodeJS.ErrnoException, host: string, port: number, option: string): Error {
  const details = { host, port };
  switch (error.code) {
    case 'EADDRINUSE': {
      const message = `Port ${port} is taken; stop the program that listens on it, or choose another with ${option}.`;
      return new HubError('CONFLICT', message, details);
    }
    case 'EACCES': {
      const message = `Port ${port} is for administrators only; choose one from 1024 with ${option}.`;
      return new HubError('BAD_INPUT', message, details);
    }
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN': {
      const message = `${host} is not an address of this machine; give one with --host, or 0.0.0.0 for all of them.`;
      return new HubError('BAD_INPUT', message, details);
    }
    default:
      return error;
  }
}
