import type { Command } from 'commander';
import type { BackupFrom } from '../backup.js';
import { backupSummary, backupText } from '../backup-text.js';
import { withConnection } from '../connection.js';
import { EXIT } from '../exit.js';
import { databaseOption } from '../hub-options.js';
import { print } from '../output.js';
import { working } from '../working.js';

export function backupCommand(program: Command): void {
  withConnection(
    program
      .command('backup')
      .description('Write all that a hub knows into one file, and check it. The hub may be running.')
      .argument('<file>', 'which is not there yet')
      .addOption(databaseOption()),
  ).action(async (file: string, given: Omit<BackupFrom, 'isElsewhere'>, command: Command) => {
    const { backup } = await import('../backup.js'); // database and all, which the other commands do without
    const from = { ...given, isElsewhere: command.getOptionValueSource('url') !== 'default' };
    const contents = await working('Writing', (line) => {
      return backup(file, from, (text) => {
        line.text = text;
      });
    });
    print(given, backupSummary(contents), () => `${file}: ${backupText(contents)}`);
    if (contents.lacks.length > 0) process.exitCode = EXIT.failed;
  });
}
