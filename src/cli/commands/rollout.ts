import { type Command, Option } from 'commander';
import { HubError } from '../../errors.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { maybe, moment, percent, short } from '../format.js';
import { number, wholeNumber } from '../numbers.js';
import { fields, print, sections, table } from '../output.js';
import { END_ROLLOUT, ROLLOUTS, type Rollout, START_ROLLOUT } from '../requests/rollout.js';
import { working } from '../working.js';

interface StartOptions extends ConnectionOptions {
  readonly alias: string;
  readonly mode: 'canary' | 'shadow';
  readonly share: number;
  readonly maxErrorRate: number;
  readonly maxSlowdown: number;
  readonly verdictErrorRate: number;
  readonly overrideGate?: true;
  readonly reason: string;
}

interface EndOptions extends ConnectionOptions {
  readonly alias: string;
  readonly promote?: true;
  readonly overrideGate?: true;
  readonly reason: string;
}

/** Adds `hub rollout` and, hidden, its old name `hub trial`, which the next version removes. */
export function rolloutCommand(program: Command): void {
  addCommands(program.command('rollout').description('Try a version on real traffic before it takes an alias.'));
  addCommands(program.command('trial', { hidden: true }).description('The old name of `hub rollout`.'));
}

/** Adds the commands below `hub rollout`. JSON output has the name of the parent as its key. */
function addCommands(parent: Command): void {
  const key = parent.name();

  withConnection(
    parent
      .command('start')
      .description('Start a rollout: the version answers a share of the photos, or answers it for comparison only.')
      .argument('<model>', 'name of the model')
      .argument('<version>', 'number of the version', wholeNumber)
      .addOption(
        new Option('--mode <mode>', 'whether clients see its answers')
          .choices(['canary', 'shadow'])
          .makeOptionMandatory(),
      )
      .requiredOption('--reason <text>', 'why; stored with the rollout')
      .option('--share <number>', 'share of the photos, 0 to 1; at most 0.5 in a canary', number, 0.1)
      .option('--alias <name>', 'alias whose traffic it gets', 'production')
      .option(
        '--max-error-rate <number>',
        'end when its error rate exceeds that of the present version by more than this',
        number,
        0.02,
      )
      .option('--max-slowdown <number>', 'end when it takes more than this many times as long', number, 2)
      .option(
        '--verdict-error-rate <number>',
        'probability of calling a version better or worse that is as accurate, 0.001 to 0.5',
        number,
        0.05,
      )
      .option('--override-gate', 'start a canary although the gate refuses the version'),
  ).action(async (model: string, version: number, options: StartOptions) => {
    const { alias, mode, share, maxErrorRate, maxSlowdown, verdictErrorRate, overrideGate = false, reason } = options;
    const bounds = { maxErrorRate, maxSlowdown, verdictErrorRate, overrideGate };
    const form = mode === 'canary' ? ('CANARY' as const) : ('SHADOW' as const);
    const input = { model, version, alias, mode: form, share, ...bounds, reason };
    const client = await connect(options);
    const { startRollout } = await working(`Loading version ${version}`, () =>
      client.request(START_ROLLOUT, { input }),
    );
    print(options, { [key]: startRollout }, () => `Rollout of ${model} version ${version} for ${alias} started`);
  });

  withConnection(
    parent
      .command('show')
      .description(
        'Show the newest rollout of a model: verdict of the judged photos, agreement, errors and times so far.',
      )
      .argument('<model>', 'name of the model'),
  ).action(async (model: string, options: ConnectionOptions) => {
    const [newest] = (await (await connect(options)).request(ROLLOUTS, { model })).rollouts;
    if (!newest) {
      throw new HubError('NOT_FOUND', `${model} has had no rollout. Start one with "hub rollout start".`);
    }
    print(options, { [key]: newest }, () => rolloutText(newest));
  });

  withConnection(
    parent
      .command('end')
      .description('End a rollout. The alias stays where it is unless you promote the version.')
      .argument('<model>', 'name of the model')
      .requiredOption('--reason <text>', 'why; stored with the rollout')
      .option('--alias <name>', 'alias of the rollout', 'production')
      .option('--promote', 'move the alias to the version, through the gate')
      .option('--override-gate', 'promote although the gate refuses; the move records it'),
  ).action(async (model: string, options: EndOptions) => {
    const { alias, promote, overrideGate = false, reason } = options;
    const outcome = promote ? ('PROMOTE' as const) : ('ABORT' as const);
    const client = await connect(options);
    const { endRollout } = await working('Ending the rollout', () =>
      client.request(END_ROLLOUT, { input: { model, alias, outcome, overrideGate, reason } }),
    );
    print(options, { [key]: endRollout }, () => rolloutText(endRollout));
  });
}

function rolloutText(rollout: Rollout): string {
  const { model, alias, mode, share, state, candidate, present, dropped, evidence } = rollout;
  const { verdict, text, difference, low, high, eValue, both, candidateOnly, presentOnly, agreement } = evidence;
  const { reason, startedBy, startedAt, endedBy, endedAt, outcome } = rollout;
  const times = (version: Rollout['candidate']): (string | null)[] =>
    [version.p50Milliseconds, version.p99Milliseconds].map((value) => maybe(value, short));
  return sections(
    fields({
      rollout: `${model} version ${candidate.version} for ${alias}, ${mode} of ${percent(share)}`,
      state,
      started: `${moment(startedAt)} by ${startedBy}: ${reason}`,
      ended: endedAt && `${moment(endedAt)} by ${endedBy}: ${outcome}`,
      verdict: `${verdict}. ${text}`,
      difference: maybe(
        difference,
        (value) => `${points(value)}, ${range(low, high, points)}; e-value ${short(eValue)}`,
      ),
      'judged photos': `${both.judged} of both, ${candidateOnly.judged} of the candidate, ${presentOnly.judged} of the present`,
      agreement: maybe(
        agreement,
        (found) => `${percent(found.share)} of ${found.compared} photos, ${range(found.low, found.high, percent)}`,
      ),
      'not compared': dropped,
    }),
    table(
      [' version', 'role', ' answers', ' errors', ' p50 ms', ' p99 ms'],
      [
        [candidate.version, 'candidate', candidate.answers, candidate.errors, ...times(candidate)],
        [present.version, 'present', present.answers, present.errors, ...times(present)],
      ],
    ),
  );
}

/** 0.054 is "+5.4 points". */
const points = (difference: number): string => `${difference < 0 ? '' : '+'}${(difference * 100).toFixed(1)} points`;

/** An interval as text; null where the photos contradict each other. */
const range = (low: number | null, high: number | null, form: (value: number) => string): string =>
  low === null || high === null ? 'no interval' : `${form(low)} to ${form(high)}`;
