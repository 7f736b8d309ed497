import { type Command, Option } from 'commander';
import { DEVICES, ENGINES } from '../engines/compute.js';

/** What every command that starts a hub takes. */
export function withHubOptions(command: Command): Command {
  return command
    .option('--data <folder>', 'folder of database, blobs and token', 'data')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', '4000')
    .option('--database-url <url>', 'PostgreSQL to use instead of the embedded database (or DATABASE_URL)')
    .option('--allow <folder...>', 'folders from which datasets and weights may be read by path')
    .option('--allow-private-urls', 'let requests fetch archives from this machine and private networks')
    .option('--open-metrics', 'let programs of this machine read /metrics without a token')
    .option('--feature-cache <gigabytes>', 'computed features to keep on disk', '20')
    .option(
      '--int8-margin <points>',
      'test accuracy that a model version may lose to 8 bits and still serve with them',
      '0.3',
    )
    .option(
      '--false-alarm-rate <share>',
      'photos of its classes that a model version may take for none of them',
      '0.05',
    )
    .option('--serving-batch <photos>', 'photos that are computed together at most', '8')
    .option('--serving-wait <ms>', 'how long a photo waits for others that are being decoded', '5')
    .option('--serving-queue <photos>', 'photos accepted and not answered yet; one more is refused', '64')
    .option('--serving-deadline <ms>', 'within which an accepted photo is answered', '10000')
    .option('--serving-versions <n>', 'versions kept loaded that were asked for by number', '1')
    .option('--max-requests <number>', 'requests of one token in a minute', '60000')
    .option('--max-uploads <number>', 'archives that arrive at the same time', '16')
    .option('--max-queued-runs <number>', 'runs and sweeps that wait', '10000')
    .option('--max-disk <gigabytes>', 'size of the data folder from which on no data and no run is taken')
    .addOption(
      new Option('--engine <name>', 'who computes in training (docs/engines.md)').choices(ENGINES).default('auto'),
    )
    .addOption(new Option('--device <name>', 'on what it computes').choices(DEVICES).default('auto'))
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error', 'silent']).default('info'));
}

/** What every command takes that works on a data folder without a hub. */
export function databaseOption(): Option {
  return new Option('--database-url <url>', 'PostgreSQL that the hub uses').env('DATABASE_URL');
}
