import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { buildProgram } from '../../src/cli/program.js';

it("README's table names the commands that there are, and no other", async () => {
  const text = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, section = ''] = text.split('\n## Terminal\n');
  const named = [...section.matchAll(/^\| (`hub .+?) \|/gm)].flatMap(([, cell]) => [...cell!.matchAll(/`hub (\w+)`/g)]);
  const program = buildProgram();
  const commands = program
    .createHelp()
    .visibleCommands(program)
    .map((command) => command.name());
  expect(named.map(([, name]) => name).toSorted()).toEqual(commands.filter((name) => name !== 'help').toSorted());
});
