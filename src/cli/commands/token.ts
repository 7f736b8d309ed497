import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type ConnectionOptions, tokenFile, tokenOf, withConnection } from '../connection.js';
import { print } from '../output.js';

export function tokenCommand(program: Command): void {
  withConnection(
    program
      .command('token')
      .description('Print the token that the other commands send, for example: TOKEN=$(hub token)')
      .option('--where', 'print where it comes from instead'),
  ).action(async (options: ConnectionOptions & { readonly where?: true }) => {
    const token = await tokenOf(options);
    const from = options.token ? '--token or HUB_TOKEN' : resolve(tokenFile(options));
    print(options, { token, from }, () => (options.where ? from : token));
  });
}
