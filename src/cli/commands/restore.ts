import type { Command } from 'commander';
import type { RestoreOptions } from '../../maintenance/restore.js';
import { backupSummary, backupText } from '../backup-text.js';
import { databaseOption } from '../hub-options.js';
import { type OutputOptions, print } from '../output.js';
import { working } from '../working.js';

export function restoreCommand(program: Command): void {
  program
    .command('restore')
    .description('Make a data folder from a backup. What is there is never replaced.')
    .argument('<file>', 'what "hub backup" wrote')
    .option('--data <folder>', 'folder to make; it may be there and empty', 'data')
    .addOption(databaseOption())
    .option('--json', 'print one line of JSON, and nothing else to standard output')
    .action(async (file: string, options: RestoreOptions & OutputOptions) => {
      const { restore } = await import('../../maintenance/restore.js');
      const contents = await working(`Restoring ${options.data}`, () => restore(file, options));
      print(
        options,
        backupSummary(contents),
        () => `${options.data}: ${backupText(contents)}\n"hub start --data ${options.data}" starts it.`,
      );
    });
}
