import type { Command } from 'commander';
import ora from 'ora';
import { printable } from '../../datasets/names.js';
import { withConnection } from '../connection.js';
import type { Finding } from '../doctor/finding.js';
import type { DoctorOptions } from '../doctor/options.js';
import { EXIT } from '../exit.js';
import { print } from '../output.js';

export function doctorCommand(program: Command): void {
  withConnection(
    program
      .command('doctor')
      .description('Say what is wrong with this machine, a data folder or a hub, and what to do about it.')
      .option('--deep', 'read every blob and compare its hash')
      .option('--database-url <url>', 'PostgreSQL that the hub uses (or DATABASE_URL)'),
  ).action(async (given: Omit<DoctorOptions, 'isElsewhere' | 'onProgress'>, command: Command) => {
    const { findings } = await import('../doctor/findings.js'); // database and all, which the other commands do without
    const line = ora();
    const options: DoctorOptions = {
      ...given,
      isElsewhere: command.getOptionValueSource('url') !== 'default',
      onProgress: (text) => {
        line.text = text;
      },
    };
    const all: Finding[] = [];
    line.start('Looking');
    try {
      for await (const finding of findings(options)) {
        all.push(finding);
        if (!options.json) writeBeside(finding);
      }
    } finally {
      line.stop();
    }
    const problems = all.filter(({ status }) => status === 'problem').length;
    print(options, { findings: all }, () => (problems === 0 ? 'No problem found.' : `Problems: ${problems}.`));
    if (problems > 0) process.exitCode = EXIT.failed;

    function writeBeside({ status, check, found, remedy }: Finding): void {
      line.clear();
      const text = `${status.padEnd(8)} ${check}: ${found}.${remedy === null ? '' : ` ${remedy}`}`;
      process.stdout.write(`${printable(text)}\n`);
    }
  });
}
