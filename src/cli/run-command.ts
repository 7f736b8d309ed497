import { CommanderError } from 'commander';
import { HubError } from '../errors.js';
import { EXIT, type Exit, exitOf } from './exit.js';
import { buildProgram } from './program.js';
import { type Terminal, terminal, withTerminal } from './terminal.js';

/** Runs a command of `hub`. @param args what follows `hub`. @returns its exit code, after the error is printed. */
export function runCommand(args: readonly string[], given: Terminal = terminal()): Promise<Exit> {
  return withTerminal(given, async () => {
    try {
      await buildProgram().parseAsync(args, { from: 'user' });
      return (given.exitCode ?? EXIT.done) as Exit;
    } catch (error) {
      // Commander has already printed help and version, also for an incomplete command.
      const isShown = error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help');
      if (!isShown) given.stderr.write(`${args.includes('--json') ? asJson(error) : asLine(error)}\n`);
      return exitOf(error);
    }
  });
}
function asLine(error: unknown): string {
  if (error instanceof CommanderError) return `hub: ${usageMistake(error)}`;
  if (!(error instanceof HubError)) {
    const { message, stack } = error as Error;
    const isSystems = error instanceof Error && 'syscall' in error; // a file, port or disk; anything else is a bug
    return `hub: ${isSystems ? `${message}: "hub doctor" diagnoses machine and data folder.` : stack}`;
  }
  const isOther = String(error.code) === 'GRAPHQL_VALIDATION_FAILED'; // requests always fit this program's own schema
  return `hub: ${error.message}${isOther ? ' The hub has another version than this program: see "hub doctor".' : ''}`;
}

function asJson(error: unknown): string {
  if (error instanceof CommanderError) {
    return JSON.stringify({ error: { code: 'BAD_INPUT', message: usageMistake(error) } });
  }
  const code = error instanceof HubError ? error.code : 'INTERNAL';
  return JSON.stringify({ error: { code, message: (error as Error).message } });
}

/** A usage error in one line; Commander puts its suggestion on a second one. */
function usageMistake({ message }: CommanderError): string {
  const mistake = message
    .replace(/^error: /, '')
    .replace(/\.?\n/, ' ')
    .replace(/\.$/, '');
  return `${mistake}: see --help.`;
}
