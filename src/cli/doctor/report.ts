import { printable } from '../../datasets/names.js';
import { EXIT } from '../exit.js';
import { type OutputOptions, print } from '../output.js';
import { spinner } from '../spinner.js';
import { terminal } from '../terminal.js';
import type { Finding } from './finding.js';

/** Prints findings as they come. Sets the exit code to failed when one is a problem. */
export async function reportFindings(
  options: OutputOptions,
  find: (onProgress: (text: string) => void) => AsyncIterable<Finding>,
): Promise<void> {
  const line = spinner();
  const all: Finding[] = [];
  line.start('Checking');
  try {
    const found = find((text) => {
      line.text = text;
    });
    for await (const finding of found) {
      all.push(finding);
      if (!options.json) writeBeside(finding);
    }
  } finally {
    line.stop();
  }
  const problems = all.filter(({ status }) => status === 'problem').length;
  print(options, { findings: all }, () => (problems === 0 ? 'No problems found.' : `Problems: ${problems}.`));
  if (problems > 0) terminal().exitCode = EXIT.failed;

  function writeBeside({ status, check, found, remedy }: Finding): void {
    line.clear();
    const text = `${status.padEnd(8)} ${check}: ${found}.${remedy === null ? '' : ` ${remedy}`}`;
    terminal().stdout.write(`${printable(text)}\n`);
  }
}
