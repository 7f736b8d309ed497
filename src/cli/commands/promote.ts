import type { Command } from 'commander';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { wholeNumber } from '../numbers.js';
import { onceReady } from '../once-ready.js';
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
  readonly now?: true;
}

export function promoteCommand(program: Command): void {
  withConnection(
    program
      .command('promote')
      .description('Move an alias to a version once it is measured, loaded and warm.')
      .argument('<model>', 'name of the model')
      .argument('<version>', 'number of the version', wholeNumber)
      .requiredOption('--reason <text>', 'why; recorded in the audit log')
      .option('--alias <name>', 'alias to move; the gate guards production', 'production')
      .option('--expect <version>', 'refuse when the alias no longer points to this version; 0 for none', wholeNumber)
      .option('--override-gate', 'promote although the gate refuses; the move records it')
      .option('--now', 'do not wait until the version is measured and calibrated; it then serves 32-bit floats')
      .option('--request', 'request the approval of a second person, where the model needs it'),
  ).action(async (model: string, version: number, options: PromoteOptions) => {
    const { reason, alias, expect = null, overrideGate = false, now = false } = options;
    const input = { model, version, reason, alias, expectedVersion: expect, overrideGate, now };
    const client = await connect(options);
    if (options.request) {
      const { requestPromotion } = await client.request(REQUEST_PROMOTION, { input });
      const text = `${model} version ${version} needs approval as ${alias}. A second person runs: hub promotion approve ${requestPromotion.id}`;
      return print(options, { promotionRequest: requestPromotion }, () => text);
    }
    const { promoteModelVersion } = await working(`Loading version ${version}`, (line) =>
      onceReady(line, () => client.request(PROMOTE, { input })),
    );
    print(options, { modelVersion: promoteModelVersion }, () => `${model} version ${version} serves as ${alias}`);
  });
}
