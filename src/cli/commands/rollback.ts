import type { Command } from 'commander';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { print } from '../output.js';
import { ROLL_BACK } from '../requests/model.js';
import { working } from '../working.js';

interface RollbackOptions extends ConnectionOptions {
  readonly alias: string;
  readonly reason?: string;
}

export function rollbackCommand(program: Command): void {
  withConnection(
    program
      .command('rollback')
      .description('Move an alias back to its previous version. The gate is not checked.')
      .argument('<model>', 'name of the model')
      .option('--alias <name>', 'alias to move', 'production')
      .option('--reason <text>', 'why; recorded in the audit log'),
  ).action(async (model: string, options: RollbackOptions) => {
    const { alias, reason = 'rollback' } = options;
    const client = await connect(options);
    const { rollBack } = await working('Loading the previous version', () =>
      client.request(ROLL_BACK, { input: { model, alias, reason } }),
    );
    print(options, { modelVersion: rollBack }, () => `${model} version ${rollBack.number} serves as ${alias} again`);
  });
}
