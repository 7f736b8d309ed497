import type { Command } from 'commander';
import type { ConfigInput } from '../../config.js';
import { withHubOptions } from '../hub-options.js';

export function startCommand(program: Command): void {
  withHubOptions(program.command('start').description('Start the hub and serve until stopped.')).action(
    async (options: ConfigInput) => {
      const { start } = await import('../start.js'); // all of the hub, which the other commands do without
      await start(options);
    },
  );
}
