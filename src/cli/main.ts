#!/usr/bin/env node
import { Command, Option } from 'commander';
import { HubError } from '../errors.js';
import { PIPELINES } from '../training/presets.js';
import { demo } from './demo.js';
import { start } from './start.js';
import { train } from './train.js';

const program = new Command('hub')
  .description('Model Hub: register datasets, train InceptionV3, promote a version, classify photos.')
  .showHelpAfterError()
  .addHelpText('after', '\nExit codes: 0 done, 1 failed inside, 2 refused: something asked for cannot be done.');

/** What every command that starts a hub takes. */
function withHubOptions(command: Command): Command {
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

withHubOptions(program.command('start').description('Start the hub and serve until stopped.')).action(start);

withHubOptions(program.command('demo').description('Do the whole job once on CIFAR-10 pictures, then serve.'))
  .addOption(new Option('--full', 'download and use all 60,000 pictures').conflicts('from'))
  .option('--from <path>', 'use this folder or archive of pictures in folders by class')
  .option('--weights <file>', "use this backbone: a Keras .h5 of InceptionV3 without top, in place of ImageNet's")
  .option('--json', 'print one line of JSON at the end, and nothing else to standard output')
  .option('--exit', 'stop the hub at the end')
  .action(demo);

program
  .command('train')
  .description('Train on a dataset in a hub that runs, and follow it to the end. Ctrl-C leaves the run to the hub.')
  .requiredOption('--dataset <name>', 'its newest version is trained on, unless --dataset-version says which')
  .option('--dataset-version <number>', 'number of the version')
  .option('--backbone <name>', 'as added with addBackbone; imagenet is downloaded when needed', 'imagenet')
  .addOption(
    new Option(
      '--recipe <name>',
      'transfer: a head alone; seed: the seed experiment, transfer and two stages of fine-tuning; best: the most accurate',
    )
      .choices(Object.keys(PIPELINES))
      .default('transfer'),
  )
  .option('--image-size <pixels>', 'side of the picture that the network sees', '75')
  .option('--seed <number>', 'decides order, dropout and start', '1')
  .option('--url <url>', 'where the hub listens', 'http://127.0.0.1:4000')
  .option('--token <token>', 'or HUB_TOKEN, or else what lies in the data folder')
  .option('--data <folder>', 'data folder that has the token', 'data')
  .option('--json', 'print one line of JSON at the end, and nothing else to standard output')
  .action(train);

try {
  await program.parseAsync();
} catch (error) {
  const refused = error instanceof HubError;
  process.stderr.write(`hub: ${refused ? error.message : (error as Error).stack}\n`);
  process.exitCode = refused ? 2 : 1;
}
