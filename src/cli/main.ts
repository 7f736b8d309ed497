#!/usr/bin/env node
import { CommanderError } from 'commander';
import { HubError } from '../errors.js';
import { exitOf } from './exit.js';
import { buildProgram } from './program.js';

// The reader of the output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await buildProgram().parseAsync();
} catch (error) {
  process.exitCode = exitOf(error);
  // Commander has already printed help and version, also for an incomplete command.
  const isShown = error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help');
  if (!isShown) process.stderr.write(`${process.argv.includes('--json') ? asJson(error) : asLine(error)}\n`);
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
