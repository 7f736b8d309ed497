import { Argument, type Command } from 'commander';
import { bashScript } from '../completion/bash.js';
import { type CommandPath, commandPaths } from '../completion/command-paths.js';
import { fishScript } from '../completion/fish.js';
import { zshScript } from '../completion/zsh.js';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const satisfies Record<
  string,
  (places: readonly CommandPath[]) => string
>;

export function completionCommand(program: Command): void {
  program
    .command('completion')
    .description('Print a shell completion script, for example: source <(hub completion bash)')
    .addArgument(new Argument('<shell>').choices(Object.keys(SCRIPTS)))
    .action((shell: keyof typeof SCRIPTS) => {
      process.stdout.write(`${SCRIPTS[shell](commandPaths(program))}\n`);
    });
}
