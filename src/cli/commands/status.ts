import type { Command } from 'commander';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { EXIT } from '../exit.js';
import { moment } from '../format.js';
import { print, sections, table } from '../output.js';
import { PROCESSES } from '../requests/process.js';
import { terminal } from '../terminal.js';

export function statusCommand(program: Command): void {
  withConnection(
    program
      .command('status')
      .description('List the processes of a hub, what each serves and works on; exits with 1 when one fails to serve.'),
  ).action(async (options: ConnectionOptions) => {
    const { processes } = await (await connect(options)).request(PROCESSES);
    print(options, { processes }, () =>
      sections(
        table(
          ['process', 'roles', 'version', 'address', 'started', 'last seen', 'works on'],
          processes.map(({ name, roles, version, address, startedAt, seenAt, isLive, isReady, working }) => [
            ...[name, roles.join(','), version, address, moment(startedAt)],
            isLive ? (isReady ? 'live' : 'starting') : `dead since ${moment(seenAt)}`,
            working.map(({ kind, id }) => `${kind} ${id}`).join(', '),
          ]),
        ),
        table(
          ['process', 'alias', ' version', 'precision', 'runtime', 'problem'],
          processes.flatMap(({ name, isLive, serving }) =>
            serving
              .filter(() => isLive)
              .map(({ model, alias, version, precision, runtime, error }) => [
                ...[name, `${model}@${alias}`, version, precision, runtime, error],
              ]),
          ),
        ),
      ),
    );
    const isFaulty = processes.some(({ isLive, serving }) => isLive && serving.some(({ error }) => error !== null));
    if (isFaulty) terminal().exitCode = EXIT.failed;
  });
}
