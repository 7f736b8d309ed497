import type { Command } from 'commander';

/** What people call a run, and what they write about it. */
export interface LabelOptions {
  readonly name?: string;
  readonly note?: string;
}

/** Adds the options for the name and the note of runs. */
export function withLabel(command: Command): Command {
  return command
    .option('--name <text>', 'name of the run, for people; need not be unique')
    .option('--note <text>', 'note on the run');
}

/** The given ones. */
export const labelOf = ({ name, note }: LabelOptions): LabelOptions => ({
  ...(name !== undefined && { name }),
  ...(note !== undefined && { note }),
});
