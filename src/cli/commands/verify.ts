import type { Command } from 'commander';
import { reportFindings } from '../doctor/report.js';
import { databaseOption } from '../hub-options.js';
import type { DataOptions } from '../open-data.js';
import type { OutputOptions } from '../output.js';

export function verifyCommand(program: Command): void {
  program
    .command('verify')
    .description('Read all rows and blobs of a data folder and verify every hash. Stop its hub first.')
    .option('--data <folder>', 'data folder', 'data')
    .addOption(databaseOption())
    .option('--json', 'print one line of JSON to standard output')
    .action(async (options: DataOptions & OutputOptions) => {
      const [{ withData }, { verify }] = await Promise.all([import('../open-data.js'), import('../verify.js')]);
      await withData(options, (open) => reportFindings(options, (onProgress) => verify(open, onProgress)));
    });
}
