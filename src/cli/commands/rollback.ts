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
      .description('Let an alias point again to the version before its last move. The gate is not asked.')
      .argument('<model>', 'its name')
      .option('--alias <name>', 'what to move', 'production')
      .option('--reason <text>', 'why; kept with the move'),
  ).action(async (model: string, options: RollbackOptions) => {
    const { alias, reason = 'rollback' } = options;
    const client = await connect(options);
    const { rollBack } = await working('Loading the version before', () =>
      client.request(ROLL_BACK, { input: { model, alias, reason } }),
    );
    print(options, { modelVersion: rollBack }, () => `${model} version ${rollBack.number} serves as ${alias} again`);
  });
}
