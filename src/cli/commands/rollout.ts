import { type Command, Option } from 'commander';
import { HubError } from '../../errors.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { maybe, moment, percent, short } from '../format.js';
import { number, wholeNumber } from '../numbers.js';
import { fields, print, sections, table } from '../output.js';
import { END_TRIAL, START_TRIAL, TRIALS, type VersionTrial } from '../requests/rollout.js';
import { working } from '../working.js';

interface StartOptions extends ConnectionOptions {
  readonly alias: string;
  readonly mode: 'canary' | 'shadow';
  readonly share: number;
  readonly maxErrorRate: number;
  readonly maxSlowdown: number;
  readonly overrideGate?: true;
  readonly reason: string;
}

interface EndOptions extends ConnectionOptions {
  readonly alias: string;
  readonly promote?: true;
  readonly overrideGate?: true;
  readonly reason: string;
}

export function trialCommand(program: Command): void {
  const trial = program.command('trial').description('Try a version on what is asked, before it takes over.');

  withConnection(
    trial
      .command('start')
      .description('Let a version answer a share of the photos, or be asked as well without being shown.')
      .argument('<model>', 'its name')
      .argument('<version>', 'number of the version', wholeNumber)
      .addOption(new Option('--mode <mode>', 'how').choices(['canary', 'shadow']).makeOptionMandatory())
      .requiredOption('--reason <text>', 'why; kept with the trial')
      .option('--share <number>', 'of the photos, 0 to 1; of a canary 0.5 at most', number, 0.1)
      .option('--alias <name>', 'for which', 'production')
      .option('--max-error-rate <number>', 'it ends when its errors exceed the usual share by more', number, 0.02)
      .option('--max-slowdown <number>', 'it ends when it takes so many times as long', number, 2)
      .option('--override-gate', 'begin a canary though the gate refuses'),
  ).action(async (model: string, version: number, options: StartOptions) => {
    const { alias, mode, share, maxErrorRate, maxSlowdown, overrideGate = false, reason } = options;
    const bounds = { maxErrorRate, maxSlowdown, overrideGate };
    const form = mode === 'canary' ? ('CANARY' as const) : ('SHADOW' as const);
    const input = { model, version, alias, mode: form, share, ...bounds, reason };
    const client = await connect(options);
    const { startTrial } = await working(`Loading version ${version}`, () => client.request(START_TRIAL, { input }));
    print(options, { trial: startTrial }, () => `${model} version ${version} is tried for ${alias}`);
  });

  withConnection(
    trial
      .command('show')
      .description('Show the newest trial of a model: agreement, errors and times so far.')
      .argument('<model>', 'its name'),
  ).action(async (model: string, options: ConnectionOptions) => {
    const [newest] = (await (await connect(options)).request(TRIALS, { model })).trials;
    if (!newest) throw new HubError('NOT_FOUND', `No version of ${model} was ever tried: "hub trial start" begins it.`);
    print(options, { trial: newest }, () => trialText(newest));
  });

  withConnection(
    trial
      .command('end')
      .description('End a trial; the alias stays where it is unless the version is promoted.')
      .argument('<model>', 'its name')
      .requiredOption('--reason <text>', 'why; kept with the trial')
      .option('--alias <name>', 'for which', 'production')
      .option('--promote', 'move the alias to the version, through the gate')
      .option('--override-gate', 'though the gate refuses; kept with the move'),
  ).action(async (model: string, options: EndOptions) => {
    const { alias, promote, overrideGate = false, reason } = options;
    const outcome = promote ? ('PROMOTE' as const) : ('ABORT' as const);
    const client = await connect(options);
    const { endTrial } = await working('Ending the trial', () =>
      client.request(END_TRIAL, { input: { model, alias, outcome, overrideGate, reason } }),
    );
    print(options, { trial: endTrial }, () => trialText(endTrial));
  });
}

function trialText(trial: VersionTrial): string {
  const { model, alias, mode, share, state, candidate, present, compared, agreement, dropped } = trial;
  const { reason, startedBy, startedAt, endedBy, endedAt, outcome } = trial;
  const times = (version: VersionTrial['candidate']): (string | null)[] =>
    [version.p50Milliseconds, version.p99Milliseconds].map((value) => maybe(value, short));
  return sections(
    fields({
      trial: `${model} version ${candidate.version} for ${alias}, ${mode} of ${percent(share)}`,
      state,
      started: `${moment(startedAt)} by ${startedBy}: ${reason}`,
      ended: endedAt && `${moment(endedAt)} by ${endedBy}: ${outcome}`,
      agreement: maybe(agreement, (value) => `${percent(value)} of ${compared} photos`),
      'not compared': dropped,
    }),
    table(
      [' version', 'role', ' answers', ' errors', ' p50 ms', ' p99 ms'],
      [
        [candidate.version, 'tried', candidate.answers, candidate.errors, ...times(candidate)],
        [present.version, 'present', present.answers, present.errors, ...times(present)],
      ],
    ),
  );
}
