import { type Command, Option } from 'commander';
import type { DemoOptions } from '../demo.js';
import { withHubOptions } from '../hub-options.js';

export function demoCommand(program: Command): void {
  withHubOptions(program.command('demo').description('Do the whole job once on CIFAR-10 pictures, then serve.'))
    .addOption(new Option('--full', 'download and use all 60,000 pictures').conflicts('from'))
    .option('--from <path>', 'use this folder or archive of pictures in folders by class')
    .option('--weights <file>', "use this backbone: a Keras .h5 of InceptionV3 without top, in place of ImageNet's")
    .option('--json', 'print one line of JSON at the end, and nothing else to standard output')
    .option('--exit', 'stop the hub at the end')
    .action(async (options: DemoOptions) => {
      const { demo } = await import('../demo.js'); // all of the hub, which the other commands do without
      await demo(options);
    });
}
