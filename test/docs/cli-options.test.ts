import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.js';
import { expectPart, markdownTable } from './generated.js';
import { optionRow } from './options.js';

const PAGE = 'docs/cli-options.md';
const HEAD = ['Option', 'Meaning', 'Default'];

/** Options of every command that asks a hub; shown once. */
const CONNECTION = ['--url', '--token', '--data', '--json'];

/** Commands without subcommands, in the order of `hub --help`, with all words of their names. */
function leaves(command: Command, name: string): { readonly name: string; readonly command: Command }[] {
  const visible = command.createHelp().visibleCommands(command);
  const below = visible
    .filter((each) => each.name() !== 'help')
    .flatMap((each) => leaves(each, `${name} ${each.name()}`));
  const acts = below.length === 0 || (command.usage().includes('[options]') && command.options.length > 0);
  return [...(acts && name !== 'hub' ? [{ name, command }] : []), ...below];
}

const asks = ({ options }: Command): boolean => CONNECTION.every((name) => options.some(({ long }) => long === name));

/** A command's description, usage, arguments and options. `hub start` and `hub demo` have a page for most of theirs. */
function described({ name, command }: { readonly name: string; readonly command: Command }): string {
  const args = command.registeredArguments.map((argument) => {
    const shown = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return [`\`${argument.required ? `<${shown}>` : `[${shown}]`}\``, argument.description, ''];
  });
  const starts = command.options.some(({ long }) => long === '--serving-queue');
  const own = command.options.filter(({ long }) =>
    starts ? !start.includes(long!) : !(asks(command) && CONNECTION.includes(long!)),
  );
  const rows = [...args, ...own.map(optionRow)];
  const usage = [
    name,
    ...command
      .usage()
      .split(' ')
      .filter((word) => !/^\[(options|command)\]$/.test(word)),
  ].join(' ');
  const configured = starts ? 'Its options are in [Configuration](configuration.md).\n\n' : '';
  const table = rows.length === 0 ? '' : `${markdownTable(HEAD, rows)}\n`;
  return `## ${name}\n\n${command.description()}\n\n\`${usage}\`\n\n${configured}${table}`;
}

const program = buildProgram();
const start = program.commands.find((command) => command.name() === 'start')!.options.map(({ long }) => long!);

it('docs/cli-options.md has every command with its options', () => {
  const all = leaves(program, 'hub');
  expect(all.length).toBeGreaterThan(80);
  expectPart(PAGE, 'commands', all.map(described).join(''));
});

it('docs/cli-options.md has the options of all commands that ask a hub', () => {
  const train = program.commands.find((command) => command.name() === 'train')!;
  const shared = train.options.filter(({ long }) => CONNECTION.includes(long!));
  expectPart(PAGE, 'connection', markdownTable(HEAD, shared.map(optionRow)));
});
