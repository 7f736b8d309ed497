import type { Command } from 'commander';

/** A word to complete, with its description. */
export interface Word {
  readonly word: string;
  readonly about: string;
}

/** An option by its long name. */
export interface OptionWord extends Word {
  readonly takesValue: boolean;
  /** Its only values; empty if it takes any. */
  readonly choices: readonly string[];
}

/** A command or subcommand with everything that can follow it, for example `hub dataset list`. */
export interface CommandPath {
  /** '' for `hub` itself, else for example `/dataset/list`. */
  readonly path: string;
  readonly commands: readonly Word[];
  readonly options: readonly OptionWord[];
  /** Values of the arguments; empty if they take any, or files. */
  readonly choices: readonly string[];
}

/** All commands of a program, each before its subcommands. */
export function commandPaths(command: Command, path = ''): CommandPath[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((child) => child.name() !== 'help');
  const options = help.visibleOptions(command).flatMap((option) => {
    const { long, description: about, argChoices: choices = [], required } = option;
    return long ? [{ word: long, about, choices, takesValue: required }] : [];
  });
  return [
    {
      path,
      commands: commands.map((child) => ({ word: child.name(), about: help.subcommandDescription(child) })),
      options,
      choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    },
    ...commands.flatMap((child) => commandPaths(child, `${path}/${child.name()}`)),
  ];
}

/** Quotes a text as a single shell word. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
