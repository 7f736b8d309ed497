import type { Command } from 'commander';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { bytes, moment } from '../format.js';
import { print, table } from '../output.js';
import { DELETE_MODEL_IMPORT, MODEL_IMPORTS } from '../requests/portable.js';

/** Adds `hub model imports` and `hub model delete-import`. */
export function addImports(model: Command): void {
  withConnection(
    model
      .command('imports')
      .description('List the imports of a model, newest first, with the reasons of those that failed.')
      .argument('<model>', 'its name'),
  ).action(async (name: string, options: ConnectionOptions) => {
    const { modelImports } = await (await connect(options)).request(MODEL_IMPORTS, { model: name });
    print(options, { modelImports }, () =>
      table(
        ['file', ' size', 'state', ' version', 'started by', 'started', 'id', 'error'],
        modelImports.map(({ fileName, bytes: size, state, version, actor, createdAt, id, error }) => [
          ...[fileName, bytes(Number(size)), state, version, actor, moment(createdAt)],
          ...[id, error?.message],
        ]),
      ),
    );
  });

  withConnection(
    model
      .command('delete-import')
      .description('Delete an import that failed, or whose version was deleted.')
      .argument('<model>', 'its name')
      .argument('<id>', 'id of the import, from "hub model imports"'),
  ).action(async (name: string, id: string, options: ConnectionOptions) => {
    await (await connect(options)).request(DELETE_MODEL_IMPORT, { model: name, id });
    print(options, { deleted: id }, () => `Import ${id} is deleted`);
  });
}
