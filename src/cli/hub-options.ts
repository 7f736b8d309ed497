import { type Command, Option } from 'commander';
import { DEVICES, ENGINES } from '../engines/compute.js';

/** Adds the options of every command that starts a hub. */
export function withHubOptions(command: Command): Command {
  return command
    .option('--data <folder>', 'folder for the database, blobs and the access token', 'data')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 picks a free one', '4000')
    .option('--grpc-port <number>', 'port for the Open Inference Protocol over gRPC; without it there is none')
    .option('--base-path <path>', 'path under which a proxy shows the hub, such as /hub')
    .option('--database-url <url>', 'PostgreSQL to use instead of the embedded database (or DATABASE_URL)')
    .option(
      '--blobs <url>',
      'place for the blobs: s3://bucket/prefix, or the path of a shared folder; without it they are where they were',
    )
    .option('--blob-cache <gigabytes>', 'size of the copies of blobs that are in a bucket or a shared folder', '20')
    .addOption(
      new Option('--downloads <from>', 'where clients download exports when blobs are in a bucket')
        .choices(['bucket', 'hub'])
        .default('bucket'),
    )
    .option('--allow <folder...>', 'folders from which datasets and weights may be read by path')
    .option('--allow-private-urls', 'let requests fetch archives from this machine and private networks')
    .option(
      '--otlp <url>',
      'OpenTelemetry collector that gets traces and the log, such as http://127.0.0.1:4318 (or OTEL_EXPORTER_OTLP_ENDPOINT)',
    )
    .option('--open-metrics', 'let programs on this machine read /metrics without a token')
    .option('--feature-cache <gigabytes>', 'size of the cache of computed features', '20')
    .option('--share-features <seconds>', 'share the features of a run among workers when they take longer', '120')
    .option(
      '--int8-margin <points>',
      'percentage points of test accuracy that the 8-bit form of a version may lose and still serve',
      '0.3',
    )
    .option(
      '--false-alarm-rate <share>',
      'share of photos of its classes that a version may report as outliers',
      '0.05',
    )
    .option(
      '--calibration-images <n>',
      'fewest validation images, and fewest test images, on which a calibration may rest',
      '20',
    )
    .option('--serving-batch <photos>', 'most photos per batch', '8')
    .option('--serving-wait <ms>', 'how long a photo waits for others to join its batch', '5')
    .option('--serving-queue <photos>', 'photos that may wait for an answer; more are refused', '64')
    .option('--serving-deadline <ms>', 'time within which an accepted photo is answered', '10000')
    .option('--serving-versions <n>', 'versions kept loaded after a request by number', '1')
    .option('--max-photo-memory <megabytes>', 'memory that decoding a photo or image may take', '600')
    .option('--worker-memory <gigabytes>', 'memory that a job may take; 80% of the memory of the machine by default')
    .option('--worker-threads <number>', 'threads that a job may compute with; one per core by default')
    .option('--max-requests <number>', 'requests per token and minute', '60000')
    .option(
      '--max-connections <number>',
      'connections at the same time; over it, the token that holds most loses one',
      '2000',
    )
    .option('--max-uploads <number>', 'archives received or downloaded at the same time', '16')
    .option('--max-queued-runs <number>', 'runs and sweeps that may wait in the queue', '10000')
    .option('--max-disk <gigabytes>', 'size of the data folder above which data and runs are refused')
    .addOption(new Option('--engine <name>', 'engine that trains (docs/engines.md)').choices(ENGINES).default('auto'))
    .addOption(new Option('--device <name>', 'device that trains').choices(DEVICES).default('auto'))
    .addOption(new Option('--log-level <level>').choices(['debug', 'info', 'warn', 'error', 'silent']).default('info'));
}

/** The database option of every command that works on a data folder without a hub. */
export function databaseOption(): Option {
  return new Option('--database-url <url>', 'PostgreSQL that the hub uses instead of the embedded database').env(
    'DATABASE_URL',
  );
}
