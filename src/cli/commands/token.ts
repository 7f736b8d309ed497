import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { HubError } from '../../errors.js';
import { type ConnectionOptions, connect, tokenFile, tokenOf, withConnection } from '../connection.js';
import { maybe, moment } from '../format.js';
import { wholeNumber } from '../numbers.js';
import { print, table } from '../output.js';
import { CREATE_TOKEN, REVOKE_TOKEN, TOKENS } from '../requests/token.js';

const DAY = 24 * 60 * 60 * 1000;
/** A century, beyond which dates are typing errors. */
const MOST_DAYS = 36_500;
const ROLES = ['VIEWER', 'TRAINER', 'MAINTAINER', 'ADMIN'] as const;

interface CreateOptions extends ConnectionOptions {
  readonly role: (typeof ROLES)[number];
  readonly model?: string;
  readonly days?: number;
}

export function tokenCommand(program: Command): void {
  const token = withConnection(
    program
      .command('token')
      .description('Print the access token that other commands use, for example: TOKEN=$(hub token)')
      .option('--where', 'print where it comes from instead')
      .enablePositionalOptions(), // options after a subcommand belong to it
  ).action(async (options: ConnectionOptions & { readonly where?: true }) => {
    const secret = await tokenOf(options);
    const from = options.token ? '--token or HUB_TOKEN' : resolve(tokenFile(options));
    print(options, { token: secret, from }, () => (options.where ? from : secret));
  });

  withConnection(
    token
      .command('create')
      .description('Create an access token and print it. It is not shown again.')
      .argument('<name>', 'name of its owner, as shown in the audit log')
      .addOption(new Option('--role <role>', 'role; each includes the ones before it').choices(ROLES).default('VIEWER'))
      .option('--model <name>', 'restrict it to one model')
      .option('--days <number>', 'days until it expires', wholeNumber),
  ).action(async (name: string, options: CreateOptions) => {
    const { role, model = null, days } = options;
    if (days !== undefined && (days < 1 || days > MOST_DAYS)) {
      throw new HubError('BAD_INPUT', `--days must be 1 to ${MOST_DAYS}; ${days} was received.`, { received: days });
    }
    const expiresAt = days === undefined ? null : new Date(Date.now() + days * DAY).toISOString();
    const client = await connect(options);
    const { createToken } = await client.request(CREATE_TOKEN, { input: { name, role, model, expiresAt } });
    print(options, createToken, () => createToken.secret);
  });

  withConnection(token.command('list').description('List access tokens, revoked ones included.')).action(
    async (options: ConnectionOptions) => {
      const { tokens } = await (await connect(options)).request(TOKENS);
      print(options, { tokens }, () =>
        table(
          ['name', 'role', 'model', 'created by', 'created', 'last used', 'expires', 'revoked', 'id'],
          tokens.map(({ id, name, role, model, createdBy, createdAt, lastUsedAt, expiresAt, revokedAt }) => [
            ...[name, role, model, createdBy, moment(createdAt)],
            ...[lastUsedAt, expiresAt, revokedAt].map((at) => maybe(at, moment)),
            id,
          ]),
        ),
      );
    },
  );

  withConnection(
    token.command('revoke').description('Revoke an access token.').argument('<token>', 'name or id'),
  ).action(async (given: string, options: ConnectionOptions) => {
    const client = await connect(options);
    const { tokens } = await client.request(TOKENS);
    const isMeant = (row: (typeof tokens)[number]): boolean =>
      row.id === given || (row.name === given && row.revokedAt === null);
    const found = tokens.find(isMeant);
    if (!found) throw new HubError('NOT_FOUND', `There is no token ${given}: "hub token list" lists them.`);
    const { revokeToken } = await client.request(REVOKE_TOKEN, { id: found.id });
    print(options, { token: revokeToken }, () => `The token ${revokeToken.name} is revoked`);
  });
}
