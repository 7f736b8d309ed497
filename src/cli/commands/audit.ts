import type { Command } from 'commander';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { pageOf } from '../connection-page.js';
import { EXIT } from '../exit.js';
import { moment } from '../format.js';
import { wholeNumber } from '../numbers.js';
import { fields, print, sections, table } from '../output.js';
import { AUDIT_CHAIN, AUDIT_EVENTS } from '../requests/audit.js';
import { terminal } from '../terminal.js';

interface ListOptions extends ConnectionOptions {
  readonly model?: string;
  readonly actor?: string;
  readonly first: number;
  readonly after?: number;
}

export function auditCommand(program: Command): void {
  const audit = program.command('audit').description('The audit log: who changed what, and why.');

  withConnection(
    audit
      .command('list')
      .description('List changes, newest first.')
      .option('--model <name>', 'only changes of this model')
      .option('--actor <name>', 'only changes by this token')
      .option('--first <number>', 'number of changes', wholeNumber, 50)
      .option('--after <number>', 'only changes listed after this number', wholeNumber),
  ).action(async (options: ListOptions) => {
    const { model = null, actor = null, first, after } = options;
    const variables = { filter: { model, actor }, first, after: after === undefined ? null : String(after) };
    const { auditEvents } = await (await connect(options)).request(AUDIT_EVENTS, variables);
    const { nodes: events, next } = pageOf(auditEvents);
    print(options, { events, next: next === null ? null : Number(next) }, () =>
      sections(
        table(
          [' number', 'when', 'who', 'action', 'what', 'from', 'to', 'reason'],
          events.map(({ number, at, actor: who, action, subject, from, to, reason }) => [
            ...[number, moment(at), who, action, subject],
            ...[from, to, reason],
          ]),
        ),
        next === null ? '' : `Next page: --after ${next}`,
      ),
    );
  });

  withConnection(
    audit.command('verify').description('Recompute every hash of the audit log; exits with 1 when one does not match.'),
  ).action(async (options: ConnectionOptions) => {
    const { auditChain } = await (await connect(options)).request(AUDIT_CHAIN);
    const { intact, lastHash, broken } = auditChain;
    const found = broken ? `event ${broken.number}: ${broken.why}` : 'none';
    print(options, auditChain, () => fields({ intact, 'last hash': lastHash, broken: found }));
    if (broken) terminal().exitCode = EXIT.failed;
  });
}
