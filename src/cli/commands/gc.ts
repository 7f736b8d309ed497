import type { Command } from 'commander';
import { bytes, count } from '../format.js';
import { databaseOption } from '../hub-options.js';
import { fraction } from '../numbers.js';
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
    .description('Delete blobs that no row names, and what was never written to its end. No hub may run on the folder.')
    .option('--dry-run', 'only say what would be deleted')
    .option('--min-age <hours>', 'leave what was changed since then', fraction, 1)
    .option('--data <folder>', 'data folder', 'data')
    .addOption(databaseOption())
    .option('--json', 'print one line of JSON, and nothing else to standard output')
    .action(async (options: GcOptions) => {
      const [{ withData }, { collect }] = await Promise.all([import('../open-data.js'), import('../gc.js')]);
      const { dryRun = false, minAge } = options;
      const collected = await working('Looking', () => withData(options, (open) => collect(open, minAge, dryRun)));
      print(options, { dryRun, ...collected }, () => {
        const { files, bytes: size, tooYoung } = collected;
        const left = tooYoung > 0 ? `; ${count(tooYoung)} are younger than ${minAge} hours and stay` : '';
        return `${dryRun ? 'Would delete' : 'Deleted'} ${count(files)} files (${bytes(size)})${left}.`;
      });
    });
}
