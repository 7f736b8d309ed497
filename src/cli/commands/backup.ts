import type { Command } from 'commander';
import type { BackupFrom } from '../backup.js';
import { backupSummary, backupText } from '../backup-text.js';
import { withConnection } from '../connection.js';
import { EXIT } from '../exit.js';
import { databaseOption } from '../hub-options.js';
import { print } from '../output.js';
import { terminal } from '../terminal.js';
import { working } from '../working.js';

export function backupCommand(program: Command): void {
  withConnection(
    program
      .command('backup')
      .description('Write all data of a hub to one file and verify it. The hub may be running.')
      .argument('<file>', 'a new file')
      .addOption(databaseOption()),
  ).action(async (file: string, given: Omit<BackupFrom, 'isElsewhere'>) => {
    const { backup } = await import('../backup.js'); // loaded on demand: other commands need no database
    const from = { ...given, isElsewhere: given.url !== undefined };
    const contents = await working('Writing', (line) => {
      return backup(file, from, (text) => {
        line.text = text;
      });
    });
    print(given, backupSummary(contents), () => `${file}: ${backupText(contents)}`);
    if (contents.lacks.length > 0) terminal().exitCode = EXIT.failed;
  });
}
