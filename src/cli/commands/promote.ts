import type { Command } from 'commander';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { wholeNumber } from '../numbers.js';
import { print } from '../output.js';
import { PROMOTE } from '../requests/model.js';
import { REQUEST_PROMOTION } from '../requests/promotion.js';
import { working } from '../working.js';

interface PromoteOptions extends ConnectionOptions {
  readonly reason: string;
  readonly alias: string;
  readonly expect?: number;
  readonly overrideGate?: true;
  readonly request?: true;
}

export function promoteCommand(program: Command): void {
  withConnection(
    program
      .command('promote')
      .description('Let an alias point to a version of a model, once that is loaded and warm.')
      .argument('<model>', 'its name')
      .argument('<version>', 'number of the version', wholeNumber)
      .requiredOption('--reason <text>', 'why; kept with the move')
      .option('--alias <name>', 'production is guarded by the gate', 'production')
      .option(
        '--expect <version>',
        'refuse when the alias does not point to this one any more; 0: to none',
        wholeNumber,
      )
      .option('--override-gate', 'move it though the gate refuses; kept with the move')
      .option('--request', 'ask a second person to approve it, where the model needs one'),
  ).action(async (model: string, version: number, options: PromoteOptions) => {
    const { reason, alias, expect = null, overrideGate = false } = options;
    const input = { model, version, reason, alias, expectedVersion: expect, overrideGate };
    const client = await connect(options);
    if (options.request) {
      const { requestPromotion } = await client.request(REQUEST_PROMOTION, { input });
      const text = `${model} version ${version} waits to be approved as ${alias}: hub promotion approve ${requestPromotion.id}`;
      return print(options, { promotionRequest: requestPromotion }, () => text);
    }
    const { promoteModelVersion } = await working(`Loading version ${version}`, () =>
      client.request(PROMOTE, { input }),
    );
    print(options, { modelVersion: promoteModelVersion }, () => `${model} version ${version} serves as ${alias}`);
  });
}
