import { buildProgram } from '../../src/cli/program.js';
import { type Config, resolveConfig } from '../../src/config.js';

/**
 * The configuration of a hub that is started with these words after `hub`.
 * @throws when they are no command that starts one, or a value cannot be used.
 */
export function startedConfig(words: readonly string[], environment: NodeJS.ProcessEnv = {}): Config {
  const [name, ...given] = words;
  const command = buildProgram().commands.find((each) => each.name() === name);
  if (name !== 'start' || !command) throw new Error(`"hub ${words.join(' ')}" starts no hub`);
  const { operands, unknown } = command.parseOptions(given);
  const wrong = [...operands, ...unknown];
  if (wrong.length > 0) throw new Error(`hub start has no ${wrong.join(' ')}`);
  return resolveConfig(command.opts(), environment);
}
