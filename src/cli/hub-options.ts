import { type Command, Option } from 'commander';

/** What every command that starts a hub takes. */
export function withHubOptions(command: Command): Command {
  return command
    .option('--data <folder>', 'folder of database, blobs and token', 'data')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', '4000')
    .option('--database-url <url>', 'PostgreSQL to use instead of the embedded database (or DATABASE_URL)')
    .option('--allow <folder...>', 'folders from which datasets and weights may be read by path')
    .option('--allow-private-urls', 'let requests fetch archives from this machine and private networks')
    .option('--feature-cache <gigabytes>', 'computed features to keep on disk', '20')
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error', 'silent']).default('info'));
}
