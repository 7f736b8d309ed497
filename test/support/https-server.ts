import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { onTestFinished } from 'vitest';

/** A certificate for `localhost` and its key, in PEM format. */
export interface Certificate {
  readonly private: string;
  readonly cert: string;
}

export async function localCertificate(): Promise<Certificate> {
  return generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  });
}

/** Starts a server on this machine until the test has finished. @returns its address. */
export async function serveHttps({ private: key, cert }: Certificate, listener: RequestListener): Promise<string> {
  const server = createServer({ key, cert }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}
