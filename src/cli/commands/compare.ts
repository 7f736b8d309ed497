import type { Command } from 'commander';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { plain } from '../format.js';
import { type Cell, fields, print, sections, table } from '../output.js';
import { COMPARE_RUNS, type Comparison } from '../requests/run-life.js';

export function compareCommand(program: Command): void {
  withConnection(
    program
      .command('compare')
      .description('Compare runs: differences of their recipes, and their metrics.')
      .argument('<runs...>', '2 to 10 ids, as `hub runs` lists them'),
  ).action(async (ids: string[], options: ConnectionOptions) => {
    const { compareRuns } = await (await connect(options)).request(COMPARE_RUNS, { ids });
    print(options, compareRuns, () => comparisonText(compareRuns));
  });
}

function comparisonText({ runs, recipe, metrics, sameData, sameBackbone, sameEngine }: Comparison): string {
  const heads = runs.map((_, i) => ` run ${i + 1}`);
  const yes = (same: boolean): string => (same ? 'same' : 'different');
  const values = (list: readonly unknown[]): Cell[] => list.map((value) => (value === null ? null : plain(value)));
  return sections(
    fields(
      Object.fromEntries(
        runs.map(({ id, name, state }, i) => [`run ${i + 1}`, [id, state, name].filter(Boolean).join(' ')]),
      ),
    ),
    fields({ data: yes(sameData), backbone: yes(sameBackbone), engine: yes(sameEngine) }),
    recipe.length === 0
      ? 'The recipes are the same.'
      : table(
          ['recipe', ...heads],
          recipe.map(({ name, values: of }) => [name, ...values(of)]),
        ),
    table(
      ['metric', ...heads],
      metrics.map(({ name, values: of }) => [name, ...of.map((value) => value?.toPrecision(4))]),
    ),
  );
}
