import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { HubError } from '../errors.js';
import { addressOf } from '../storage/data-folder.js';
import { HubClient } from './client.js';
import type { OutputOptions } from './output.js';

/** Where a hub answers unless it is started with other options. */
const USUAL = 'http://127.0.0.1:4000';

/** Address of a hub and the access token to use. */
export interface ConnectionOptions extends OutputOptions {
  /** Without one, the data folder says where its hub answers. */
  readonly url?: string;
  readonly token?: string;
  readonly data: string;
}

/** Adds the options of every command that sends requests to a hub. */
export function withConnection(command: Command): Command {
  return command
    .addOption(
      new Option('--url <url>', `address of the hub (default: that of the data folder's hub, or ${USUAL})`).env(
        'HUB_URL',
      ),
    )
    .addOption(new Option('--token <token>', 'access token (default: the one in the data folder)').env('HUB_TOKEN'))
    .option('--data <folder>', 'data folder with the token, for a hub on this machine', 'data')
    .option('--json', 'print one line of JSON to standard output');
}

/**
 * A client for the hub; sends nothing yet.
 * @throws BAD_INPUT when the address is not a URL; UNAUTHENTICATED when no token is found.
 */
export async function connect(options: ConnectionOptions): Promise<HubClient> {
  return new HubClient(await urlOf(options), await tokenOf(options));
}

/** The given address, or that of the data folder's hub, or else the usual one. @throws BAD_INPUT when it is not a URL. */
export async function urlOf({ url, data }: ConnectionOptions): Promise<string> {
  return checkedUrl(url ?? (await addressOf(data)) ?? USUAL);
}

/** The file in which a hub on this machine stores its token. */
export const tokenFile = ({ data }: ConnectionOptions): string => join(data, 'token');

/** The given token, or the one in the data folder. @throws UNAUTHENTICATED when there is neither. */
export async function tokenOf(options: ConnectionOptions): Promise<string> {
  if (options.token) return options.token;
  const file = tokenFile(options);
  return readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => {
      const message = `No access token: ${file} cannot be read. Give a token with --token or HUB_TOKEN, or the data folder with --data.`;
      throw new HubError('UNAUTHENTICATED', message);
    },
  );
}

function checkedUrl(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new HubError('BAD_INPUT', `--url: "${url}" is not an address: give one such as ${USUAL}.`);
}
