// What the commands that put an engine in place have in common: options, and errors that say what to do.
import { Command } from 'commander';

/**
 * Runs a command that puts an engine in place or, with --remove, takes it away.
 * @param python what its --python fetches. @param install puts it in place; returns the sentence to print.
 */
export async function runEngineCommand({ engine, name, python, options = (command) => command, install, remove }) {
  const log = (line) => void process.stderr.write(`${line}\n`);
  const command = new Command(`engine:${engine}`)
    .option('--remove', 'take away all that this command put in place')
    .option('--python <program>', `Python whose pip fetches ${python}; nothing is installed into it`, 'python3');
  const given = options(command).parse().opts();
  try {
    if (given.remove) await remove();
    log(given.remove ? `${name} is taken away.` : await install({ ...given, log }));
  } catch (error) {
    if (error.code !== 'ENGINE_UNAVAILABLE') throw error;
    log(error.message);
    process.exitCode = 1;
  }
}
