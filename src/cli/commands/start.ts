import type { Command } from 'commander';
import type { ConfigInput } from '../../config.js';
import { withHubOptions } from '../hub-options.js';

export function startCommand(program: Command): void {
  withHubOptions(program.command('start').description('Start a hub and serve until stopped.'))
    .option(
      '--roles <list>',
      'what this process does: one or more of api, serve and train (docs/scaling.md)',
      'api,serve,train',
    )
    .action(async (options: ConfigInput) => {
      const { start } = await import('../start.js'); // loaded on demand: other commands need no hub
      await start(options);
    });
}
