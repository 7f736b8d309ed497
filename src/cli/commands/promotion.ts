import type { Command } from 'commander';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { moment } from '../format.js';
import { print, table } from '../output.js';
import { APPROVE_PROMOTION, PROMOTION_REQUESTS, REJECT_PROMOTION } from '../requests/promotion.js';
import { working } from '../working.js';

export function promotionCommand(program: Command): void {
  const promotion = program.command('promotion').description('Promotions that need the approval of a second person.');

  withConnection(
    promotion
      .command('list')
      .description('List promotion requests, newest first.')
      .option('--model <name>', 'only those of one model'),
  ).action(async (options: ConnectionOptions & { readonly model?: string }) => {
    const { model = null } = options;
    const { promotionRequests } = await (await connect(options)).request(PROMOTION_REQUESTS, { model });
    print(options, { promotionRequests }, () =>
      table(
        ['model', ' version', 'alias', 'state', 'requested by', 'requested', 'reason', 'decided by', 'id'],
        promotionRequests.map(({ id, version, alias, state, requestedBy, createdAt, reason, decidedBy }) => [
          ...[version.model, version.number, alias, state, requestedBy],
          ...[moment(createdAt), reason, decidedBy, id],
        ]),
      ),
    );
  });

  const decision = (name: string, description: string): Command =>
    withConnection(
      promotion
        .command(name)
        .description(description)
        .argument('<request>', 'id, see `hub promotion list`')
        .requiredOption('--reason <text>', 'why; stored with the request'),
    );

  decision('approve', 'Approve a promotion that somebody else requested, and move the alias.').action(
    async (id: string, options: ConnectionOptions & { readonly reason: string }) => {
      const client = await connect(options);
      const { approvePromotion } = await working('Loading the version', () =>
        client.request(APPROVE_PROMOTION, { id, reason: options.reason }),
      );
      const { version, alias } = approvePromotion;
      const text = `${version.model} version ${version.number} serves as ${alias}`;
      print(options, { promotionRequest: approvePromotion }, () => text);
    },
  );

  decision('reject', 'Reject a promotion. The alias stays where it is.').action(
    async (id: string, options: ConnectionOptions & { readonly reason: string }) => {
      const client = await connect(options);
      const { rejectPromotion } = await client.request(REJECT_PROMOTION, { id, reason: options.reason });
      print(options, { promotionRequest: rejectPromotion }, () => `Promotion request ${id} is rejected`);
    },
  );
}
