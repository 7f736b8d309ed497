import type { Command } from 'commander';
import { HubError } from '../../errors.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { print } from '../output.js';
import { MODEL, PROMOTE } from '../requests/model.js';
import { working } from '../working.js';

interface RollbackOptions extends ConnectionOptions {
  readonly alias: string;
  readonly reason?: string;
}

export function rollbackCommand(program: Command): void {
  withConnection(
    program
      .command('rollback')
      .description('Let an alias point again to the version before its last move. The gate is overridden.')
      .argument('<model>', 'its name')
      .option('--alias <name>', 'what to move', 'production')
      .option('--reason <text>', 'why; kept with the move'),
  ).action(async (model: string, options: RollbackOptions) => {
    const { alias } = options;
    const client = await connect(options);
    const { model: found } = await client.request(MODEL, { name: model });
    if (!found) throw new HubError('NOT_FOUND', `There is no model named ${model}: "hub model list" lists them.`);
    const last = found.aliasEvents.find((event) => event.alias === alias); // the newest
    if (!last) throw new HubError('NOT_FOUND', `${model} has no alias ${alias}: "hub model show ${model}" lists them.`);
    const { from: version, to: expectedVersion } = last;
    if (version === null) {
      throw new HubError('CONFLICT', `${alias} of ${model} has pointed to version ${expectedVersion} only.`);
    }
    const reason = options.reason ?? `rollback from version ${expectedVersion}`;
    const input = { model, version, reason, alias, expectedVersion, overrideGate: true };
    const { promoteModelVersion } = await working(`Loading version ${version}`, () =>
      client.request(PROMOTE, { input }),
    );
    print(options, { modelVersion: promoteModelVersion }, () => `${model} version ${version} serves as ${alias} again`);
  });
}
