import type { Command } from 'commander';
import { bytes, count } from '../format.js';
import { databaseOption } from '../hub-options.js';
import { number } from '../numbers.js';
import type { DataOptions } from '../open-data.js';
import { type OutputOptions, print } from '../output.js';
import { working } from '../working.js';

interface GcOptions extends DataOptions, OutputOptions {
  readonly dryRun?: true;
  readonly minAge: number;
}

export function gcCommand(program: Command): void {
  program
    .command('gc')
    .description('Delete unused blobs and unfinished files. Stop the hub of the data folder first.')
    .option('--dry-run', 'report files without deleting them')
    .option('--min-age <hours>', 'keep files changed within this time', number, 1)
    .option('--data <folder>', 'data folder', 'data')
    .addOption(databaseOption())
    .option('--json', 'print one line of JSON to standard output')
    .action(async (options: GcOptions) => {
      const [{ withData }, { collectGarbage: collect }] = await Promise.all([
        import('../open-data.js'),
        import('../gc.js'),
      ]);
      const { dryRun = false, minAge } = options;
      const collected = await working('Looking for unused files', () =>
        withData(options, (open) => collect(open, minAge, dryRun)),
      );
      print(options, { dryRun, ...collected }, () => {
        const { files, bytes: size, tooYoung } = collected;
        const left = tooYoung > 0 ? `; kept ${count(tooYoung)} younger than ${minAge} hours` : '';
        return `${dryRun ? 'Would delete' : 'Deleted'} ${count(files)} files (${bytes(size)})${left}.`;
      });
    });
}
