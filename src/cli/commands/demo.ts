import { type Command, Option } from 'commander';
import type { DemoOptions } from '../demo.js';
import { withHubOptions } from '../hub-options.js';

export function demoCommand(program: Command): void {
  withHubOptions(program.command('demo').description('Train and serve a model of CIFAR-10 from start to finish.'))
    .addOption(new Option('--full', 'download and use all 60,000 images').conflicts('from'))
    .option('--from <path>', 'use a folder or archive of images in one folder per class')
    .addOption(
      new Option('--weights <file>', 'use this backbone: a file as for hub backbone add').conflicts('backbone'),
    )
    .option('--backbone <name>', 'use this built-in backbone: imagenet is downloaded (default: efficientnet-lite0)')
    .option('--no-fine-tune', 'stop after the head: do not fine-tune the backbone')
    .option('--json', 'print one line of JSON to standard output at the end')
    .option('--exit', 'stop the hub at the end')
    .action(async (options: DemoOptions) => {
      const { demo } = await import('../demo.js'); // loaded on demand: other commands need no hub
      await demo(options);
    });
}
