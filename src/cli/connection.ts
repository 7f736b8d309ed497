import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { HubError } from '../errors.js';
import { HubClient } from './client.js';
import type { OutputOptions } from './output.js';

/** Where a hub is, and who asks. */
export interface ConnectionOptions extends OutputOptions {
  readonly url: string;
  readonly token?: string;
  readonly data: string;
}

/** What every command that asks a hub takes. */
export function withConnection(command: Command): Command {
  return command
    .addOption(new Option('--url <url>', 'where the hub listens').env('HUB_URL').default('http://127.0.0.1:4000'))
    .addOption(new Option('--token <token>', 'else the one in the data folder').env('HUB_TOKEN'))
    .option('--data <folder>', 'data folder that has the token, where the hub is on this machine', 'data')
    .option('--json', 'print one line of JSON, and nothing else to standard output');
}

/** @throws BAD_INPUT or UNAUTHENTICATED when address or token cannot be used; nothing is asked yet. */
export async function connect(options: ConnectionOptions): Promise<HubClient> {
  return new HubClient(checkedUrl(options.url), await tokenOf(options));
}

/** Where the token lies that a hub on this machine made. */
export const tokenFile = ({ data }: ConnectionOptions): string => join(data, 'token');

/** The token that was given, or the one in the data folder. */
export async function tokenOf(options: ConnectionOptions): Promise<string> {
  if (options.token) return options.token;
  const file = tokenFile(options);
  return readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => {
      const message = `There is no token: ${file} cannot be read. Give it with --token or HUB_TOKEN, or the folder with --data.`;
      throw new HubError('UNAUTHENTICATED', message);
    },
  );
}

function checkedUrl(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new HubError('BAD_INPUT', `--url: "${url}" is no address: give one such as http://127.0.0.1:4000.`);
}
