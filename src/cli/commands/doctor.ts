import type { Command } from 'commander';
import { withConnection } from '../connection.js';
import type { DoctorOptions } from '../doctor/options.js';
import { reportFindings } from '../doctor/report.js';
import { databaseOption } from '../hub-options.js';

export function doctorCommand(program: Command): void {
  withConnection(
    program
      .command('doctor')
      .description('Diagnose this machine, a data folder or a hub.')
      .option('--deep', 'read every blob and verify its hash')
      .addOption(databaseOption()),
  ).action(async (given: Omit<DoctorOptions, 'isElsewhere' | 'onProgress'>) => {
    const { findings } = await import('../doctor/findings.js'); // loaded on demand: other commands need no database
    const isElsewhere = given.url !== undefined;
    await reportFindings(given, (onProgress) => findings({ ...given, isElsewhere, onProgress }));
  });
}
