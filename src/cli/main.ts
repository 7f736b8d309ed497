#!/usr/bin/env node
import { CommanderError } from 'commander';
import { HubError } from '../errors.js';
import { exitOf } from './exit.js';
import { buildProgram } from './program.js';

// Whoever reads the output may stop early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

try {
  await buildProgram().parseAsync();
} catch (error) {
  process.exitCode = exitOf(error);
  // What was asked for is printed already, and so is the help where a command is not complete.
  const isShown = error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help');
  if (!isShown) process.stderr.write(`${process.argv.includes('--json') ? asJson(error) : asLine(error)}\n`);
}

function asLine(error: unknown): string {
  if (error instanceof CommanderError) return `hub: ${usageMistake(error)}`;
  if (!(error instanceof HubError)) {
    const { message, stack } = error as Error;
    const isSystems = error instanceof Error && 'syscall' in error; // a file, port or disk; else it is a mistake of ours
    return `hub: ${isSystems ? `${message}: "hub doctor" looks at machine and data folder.` : stack}`;
  }
  const isOther = String(error.code) === 'GRAPHQL_VALIDATION_FAILED'; // what this program asks fits its own schema
  return `hub: ${error.message}${isOther ? ' The hub is of another version than this program: see "hub doctor".' : ''}`;
}

function asJson(error: unknown): string {
  if (error instanceof CommanderError) {
    return JSON.stringify({ error: { code: 'BAD_INPUT', message: usageMistake(error) } });
  }
  const code = error instanceof HubError ? error.code : 'INTERNAL';
  return JSON.stringify({ error: { code, message: (error as Error).message } });
}

/** In one line: a guess at what was meant comes in a second one. */
function usageMistake({ message }: CommanderError): string {
  const mistake = message
    .replace(/^error: /, '')
    .replace(/\.?\n/, ' ')
    .replace(/\.$/, '');
  return `${mistake}: --help says what there is.`;
}
