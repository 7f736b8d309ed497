import type { Command } from 'commander';
import type { RestoreOptions } from '../../maintenance/restore.js';
import { backupSummary, backupText } from '../backup-text.js';
import { databaseOption } from '../hub-options.js';
import { type OutputOptions, print } from '../output.js';
import { working } from '../working.js';

export function restoreCommand(program: Command): void {
  program
    .command('restore')
    .description('Create a data folder from a backup. Existing data are never replaced.')
    .argument('<file>', 'a backup made by "hub backup"')
    .option('--data <folder>', 'folder to create; it may exist if it is empty', 'data')
    .addOption(databaseOption())
    .option('--json', 'print one line of JSON to standard output')
    .action(async (file: string, options: RestoreOptions & OutputOptions) => {
      const { restore } = await import('../../maintenance/restore.js');
      const contents = await working(`Restoring ${options.data}`, () => restore(file, options));
      print(
        options,
        backupSummary(contents),
        () => `${options.data}: ${backupText(contents)}\nStart it with "hub start --data ${options.data}".`,
      );
    });
}
