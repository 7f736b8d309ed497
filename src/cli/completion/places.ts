import type { Command } from 'commander';

/** A word that can be typed, and what it means. */
export interface Word {
  readonly word: string;
  readonly about: string;
}

/** An option in its long form. */
export interface OptionWord extends Word {
  readonly takesValue: boolean;
  /** The only values that it takes; none where any will do. */
  readonly choices: readonly string[];
}

/** Where a command line can have arrived: at `hub`, at `hub dataset`, at `hub dataset list`. */
export interface Place {
  /** '' for `hub` itself, `/dataset/list`. */
  readonly path: string;
  readonly commands: readonly Word[];
  readonly options: readonly OptionWord[];
  /** Values of the arguments; none where any will do, or files. */
  readonly choices: readonly string[];
}

/** Every place of a program, each before those below it. */
export function placesOf(command: Command, path = ''): Place[] {
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
    ...commands.flatMap((child) => placesOf(child, `${path}/${child.name()}`)),
  ];
}

/** A text as one word of a shell in which nothing is special. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
