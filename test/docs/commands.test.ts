import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.js';
import { codeBlocks, PAGES, ROOT, readPage, section } from './pages.js';

it('the table of docs/cli.md names the commands that there are, and no other', () => {
  const table = section(readPage('docs/cli.md'), 'Commands');
  const named = [...table.matchAll(/^\| (`hub .+?) \|/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`hub (\w+)`/g)]);
  const program = buildProgram();
  const commands = program
    .createHelp()
    .visibleCommands(program)
    .map((command) => command.name());
  expect(named.map(([, name]) => name).toSorted()).toEqual(commands.filter((name) => name !== 'help').toSorted());
});

/** The commands in the code blocks and code spans of a page, without `hub` or the npm script that runs it. */
function shownCommands(page: string): string[] {
  const text = readPage(page);
  const lines = codeBlocks(text).flatMap(({ code }) => code.split('\n'));
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);
  return [...lines, ...spans].flatMap((shown) => {
    const [, command] = /^(?:hub|npm run hub --|npm run(?= demo -- )) ([a-z].*)$/.exec(shown.trim()) ?? [];
    return command === undefined ? [] : [command.replace(' -- ', ' ')];
  });
}

/** What is wrong with a command, or null. */
function problemOf(shown: string): string | null {
  const words = shown
    .replaceAll(/"[^"]*"/g, 'TEXT')
    .replaceAll(/[[\]]/g, '')
    .split(' ');
  let command: Command = buildProgram();
  while (command.commands.length > 0 && /^[a-z]/.test(words[0] ?? '')) {
    const next = command.commands.find((each) => each.name() === words[0]);
    if (!next) return `${shown}: there is no command ${words[0]}`;
    command = next;
    words.shift();
  }
  const options = [...command.options.map(({ long }) => long), '--help'];
  const unknown = words.find((word) => word.startsWith('--') && !options.includes(word));
  return unknown === undefined ? null : `${shown}: there is no option ${unknown}`;
}

// The changelog names commands of earlier versions too.
describe.each(PAGES.filter((page) => page !== 'CHANGELOG.md'))('%s', (page) => {
  it('shows only commands and options that there are', () => {
    const problems = shownCommands(page).map(problemOf);
    expect(problems.filter((problem) => problem !== null)).toEqual([]);
  });
});

/** Command lines of the code blocks of a page, as words after `hub`, without comments and what a pipe does with their output. */
function commandLines(page: string): string[][] {
  const lines = codeBlocks(readPage(page)).flatMap(({ language, code }) =>
    language === 'python' ? [] : code.split('\n'),
  );
  return lines.flatMap((line) => {
    const [, command] = /^(?:\w+=\S+ )*(?:hub|npm run hub --) ([a-z].*)$/.exec(line.trim()) ?? [];
    if (command === undefined) return [];
    const [shown = ''] = command.split(/ +[#|>] ?| && /);
    return [
      [...shown.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => (quoted ?? word!).replaceAll(/[[\]]/g, '')),
    ];
  });
}

/** What the program says against a command line, or null. Nothing is carried out. */
function refusalOf(words: readonly string[]): string | null {
  const idle = (command: Command): void => {
    command.action(() => undefined);
    for (const each of command.commands) idle(each);
  };
  const program = buildProgram();
  for (const command of program.commands) idle(command);
  try {
    program.parse(['node', 'hub', ...words]);
    return null;
  } catch (error) {
    return `hub ${words.join(' ')}: ${(error as Error).message}`;
  }
}

describe.each(PAGES.filter((page) => page !== 'CHANGELOG.md' && commandLines(page).length > 0))('%s', (page) => {
  it('shows only command lines that the program takes', () => {
    const refusals = commandLines(page).map(refusalOf);
    expect(refusals.filter((refusal) => refusal !== null)).toEqual([]);
  });
});

it('finds command lines that the program does not take', () => {
  expect(commandLines('docs/the-loop.md').length).toBeGreaterThan(10);
  expect(refusalOf(['promote', 'pets', '1', '--reason', 'first version'])).toBeNull();
  expect(refusalOf(['run', 'show'])).toMatch(/missing required argument/);
  expect(refusalOf(['train', '--recipe', 'better'])).toMatch(/Allowed choices/);
  expect(refusalOf(['model', 'precision', 'pets', '2', 'fp64'])).toMatch(/Allowed choices/);
  expect(refusalOf(['gc', 'more'])).not.toBeNull();
});

it('every npm script and bench that the pages show is there', () => {
  const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> };
  const text = PAGES.map(readPage).join('\n');
  const shown = (pattern: RegExp): string[] => [...new Set([...text.matchAll(pattern)].map(([, name]) => name!))];
  const named = shown(/\bnpm run (?:-s )?([a-z][\w:-]*)/g);
  const benches = shown(/\bnpm run bench -- ([a-z][\w-]*)/g);
  expect(benches.length).toBeGreaterThan(10);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
  expect(benches.filter((name) => !existsSync(`${ROOT}bench/${name}.mjs`))).toEqual([]);
});

it('finds commands that are not there', () => {
  expect(shownCommands('docs/getting-started.md').length).toBeGreaterThan(5);
  expect(problemOf('promote pets 1 --reason "first version"')).toBeNull();
  expect(problemOf('no-such-command')).not.toBeNull();
  expect(problemOf('dataset no')).not.toBeNull();
  expect(problemOf('promote pets 1 --because "first version"')).not.toBeNull();
});
