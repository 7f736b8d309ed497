import { type Command, Option } from 'commander';
import { HubError } from '../../errors.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { moment } from '../format.js';
import { number, wholeNumber } from '../numbers.js';
import { fields, print, sections, table } from '../output.js';
import {
  CANCEL_ROUND,
  DELETE_RULE,
  type Round,
  RULES,
  type Rule,
  SAVE_RULE,
  SWITCH_RULE,
} from '../requests/retraining.js';

const MODES = { off: 'OFF', 'dry-run': 'DRY_RUN', on: 'ON' } as const;
type Mode = keyof typeof MODES;

const ACTIONS = { train: 'TRAIN', register: 'REGISTER', promote: 'PROMOTE' } as const;

/** Options that say what a rule waits for, with its trigger. */
const TRIGGERS = {
  every: 'SCHEDULE',
  judged: 'JUDGED_PHOTOS',
  drift: 'DRIFT',
  accuracy: 'ACCURACY',
} as const;
type Trigger = keyof typeof TRIGGERS;

interface SaveOptions extends ConnectionOptions, Partial<Record<Trigger, number>> {
  readonly mode?: Mode;
  readonly days?: number;
  readonly addJudged?: boolean;
  readonly pipeline?: string;
  readonly backbone?: string;
  readonly imageSize?: number;
  readonly startsPerWeek?: number;
  readonly hoursPerWeek?: number;
  readonly action?: keyof typeof ACTIONS;
  readonly reason: string;
}

interface ReasonOptions extends ConnectionOptions {
  readonly reason: string;
}

export function ruleCommand(program: Command): void {
  const rule = program
    .command('rule')
    .description('Have training started by rules: by schedule, judged photos, drift or accuracy.');
  addSave(rule);

  withConnection(
    rule
      .command('list')
      .description('List the rules of a model, with what each measures now.')
      .argument(...MODEL),
  ).action(async (model: string, options: ConnectionOptions) => {
    const { retrainingRules: rules } = await (await connect(options)).request(RULES, { model, rounds: 1 });
    print(options, { rules }, () =>
      table(
        ['name', 'mode', 'waits for', 'action', 'last round', 'now'],
        rules.map((each) => [
          ...[each.name, modeName(each.mode), waitsFor(each), each.action.toLowerCase()],
          ...[each.rounds[0] && `${moment(each.rounds[0].startedAt)} ${each.rounds[0].state}`, each.outlook.text],
        ]),
      ),
    );
  });

  withConnection(
    rule
      .command('show')
      .description('Show a rule, what it would do now, and its last rounds.')
      .argument(...MODEL)
      .argument(...NAME)
      .option('--rounds <count>', 'most rounds to show, 1 to 100', wholeNumber, 10),
  ).action(async (model: string, name: string, options: ConnectionOptions & { readonly rounds: number }) => {
    const { retrainingRules } = await (await connect(options)).request(RULES, { model, rounds: options.rounds });
    const found = retrainingRules.find((each) => each.name === name);
    if (!found) throw new HubError('NOT_FOUND', `${model} has no retraining rule named ${name}.`);
    print(options, { rule: found }, () => sections(ruleText(found), roundsText(found.rounds)));
  });

  withConnection(
    rule
      .command('switch')
      .description('Switch a rule on, off, or to dry runs. A round in progress continues.')
      .argument(...MODEL)
      .argument(...NAME)
      .argument('<mode>', `one of ${Object.keys(MODES).join(', ')}`)
      .requiredOption('--reason <text>', 'why; stored in the audit'),
  ).action(async (model: string, name: string, mode: string, options: ReasonOptions) => {
    if (!Object.hasOwn(MODES, mode)) {
      throw new HubError(
        'BAD_INPUT',
        `The mode must be one of ${Object.keys(MODES).join(', ')}; ${mode} was received.`,
      );
    }
    const input = { model, name, mode: MODES[mode as Mode], reason: options.reason };
    const { switchRetrainingRule: switched } = await (await connect(options)).request(SWITCH_RULE, { input });
    print(options, { rule: switched }, () => `Rule ${name} of ${model}: ${mode}. ${switched.outlook.text}`);
  });

  withConnection(
    rule
      .command('cancel')
      .description('Cancel the round in progress of a rule, and its runs.')
      .argument(...MODEL)
      .argument(...NAME)
      .requiredOption('--reason <text>', 'why; stored in the audit and in the history of the rule'),
  ).action(async (model: string, name: string, options: ReasonOptions) => {
    const input = { model, name, reason: options.reason };
    const { cancelRetrainingRound: round } = await (await connect(options)).request(CANCEL_ROUND, { input });
    print(options, { round }, () => `Round ${round.id} of the rule ${name} is canceled`);
  });

  withConnection(
    rule
      .command('delete')
      .description('Delete a rule with its history. Its runs continue.')
      .argument(...MODEL)
      .argument(...NAME)
      .requiredOption('--reason <text>', 'why; stored in the audit'),
  ).action(async (model: string, name: string, options: ReasonOptions) => {
    await (await connect(options)).request(DELETE_RULE, { input: { model, name, reason: options.reason } });
    print(options, { deleted: name }, () => `Rule ${name} of ${model} is deleted`);
  });
}

const MODEL = ['<model>', 'name of the model'] as const;
const NAME = ['<rule>', 'name of the rule'] as const;

function addSave(rule: Command): void {
  withConnection(
    rule
      .command('save')
      .description(
        'Make a rule with one of --every, --judged, --drift, --accuracy, or change those settings of a rule that are given.',
      )
      .argument(...MODEL)
      .argument(...NAME)
      .option('--every <days>', 'train so many days after the last round; 0.042 is an hour', number)
      .option('--judged <photos>', 'train once so many kept photos were judged since the last round', number)
      .option(
        '--drift <index>',
        'train when answers differ from those to the test images by more; 0.25 is much',
        number,
      )
      .option('--accuracy <share>', 'train when less than this share of the judged answers is right, 0 to 1', number)
      .addOption(new Option('--mode <mode>', 'whether it acts (default: dry-run)').choices(Object.keys(MODES)))
      .option('--days <count>', 'drift and accuracy look at the answers of so many days (default: 30)', wholeNumber)
      .option('--add-judged', 'add judged photos to the newest data first (default)')
      .option('--no-add-judged', 'train on the newest data as they are')
      .option('--pipeline <name>', 'pipeline to train (default: best)')
      .option('--backbone <name>', 'backbone (default: that of the version in production)')
      .option('--image-size <pixels>', 'side of the images (default: that of the version in production)', wholeNumber)
      .option('--starts-per-week <count>', 'most rounds in 7 days (default: 1, or what --every needs)', wholeNumber)
      .option('--hours-per-week <hours>', 'start nothing once its runs of 7 days took so long', number)
      .addOption(
        new Option(
          '--action <action>',
          'what to do with what it trained: nothing more, register it if the gate passes (default), or promote that too',
        ).choices(Object.keys(ACTIONS)),
      )
      .requiredOption('--reason <text>', 'why; stored in the audit'),
  ).action(async (model: string, name: string, options: SaveOptions) => {
    const client = await connect(options);
    const { retrainingRules } = await client.request(RULES, { model, rounds: 1 });
    const before = retrainingRules.find((each) => each.name === name) ?? null;
    const waiting = triggerOf(options, before);
    const startsPerWeek = waiting.trigger === 'SCHEDULE' ? roundsOfSchedule(waiting.threshold) : 1;
    const base = before ?? { ...NEW, startsPerWeek };
    const { mode, action, addJudged, days, pipeline, backbone, imageSize, hoursPerWeek, reason } = options;
    const input = {
      ...{ model, name, ...waiting, reason, mode: mode ? MODES[mode] : base.mode, days: days ?? base.days },
      ...{ addJudged: addJudged ?? base.addJudged, pipeline: pipeline ?? base.pipeline },
      ...{ backbone: backbone ?? base.backbone, imageSize: imageSize ?? base.imageSize },
      ...{
        startsPerWeek: options.startsPerWeek ?? base.startsPerWeek,
        hoursPerWeek: hoursPerWeek ?? base.hoursPerWeek,
      },
      action: action ? ACTIONS[action] : base.action,
    };
    const { saveRetrainingRule: saved } = await client.request(SAVE_RULE, { input });
    print(options, { rule: saved }, () => ruleText(saved));
  });
}

/** Settings of a new rule where no option says otherwise. */
const NEW = {
  mode: 'DRY_RUN',
  days: 30,
  addJudged: true,
  pipeline: 'best',
  backbone: null,
  imageSize: null,
  hoursPerWeek: null,
  action: 'REGISTER',
} as const;

/** Rounds in 7 days of a schedule. */
const roundsOfSchedule = (days: number): number => Math.min(100, Math.max(1, Math.ceil(7 / days)));

/** @throws BAD_INPUT unless exactly one trigger is given, or none for a rule that exists. */
function triggerOf(options: SaveOptions, before: Rule | null): Pick<Rule, 'trigger' | 'threshold'> {
  const names = Object.keys(TRIGGERS) as Trigger[];
  const given = names.filter((name) => options[name] !== undefined);
  const [only] = given;
  if (only === undefined && before) return { trigger: before.trigger, threshold: before.threshold };
  if (only === undefined || given.length > 1) {
    const all = names.map((name) => `--${name}`).join(', ');
    const received = given.length === 0 ? 'none' : given.map((name) => `--${name}`).join(' and ');
    throw new HubError('BAD_INPUT', `Give one of ${all}; ${received} was received.`);
  }
  return { trigger: TRIGGERS[only], threshold: options[only] as number };
}

const modeName = (mode: Rule['mode']): string => mode.toLowerCase().replace('_', '-');

function waitsFor({ trigger, threshold }: Rule): string {
  const value = Number(threshold.toFixed(4));
  switch (trigger) {
    case 'SCHEDULE':
      return every(threshold);
    case 'JUDGED_PHOTOS':
      return value === 1 ? 'a judged photo' : `${value} judged photos`;
    case 'DRIFT':
      return `drift above ${value}`;
    case 'ACCURACY':
      return `accuracy below ${Number((threshold * 100).toFixed(2))}%`;
  }
}

/** An interval of days in its largest whole unit; below a day in hours. */
function every(days: number): string {
  const [amount, unit] = days < 1 ? [days * 24, 'hour'] : days % 7 === 0 ? [days / 7, 'week'] : [days, 'day'];
  const shown = Number(amount.toFixed(1));
  return shown === 1 ? `every ${unit}` : `every ${shown} ${unit}s`;
}

function ruleText(rule: Rule): string {
  const { name, model, mode, pipeline, backbone, imageSize, addJudged, startsPerWeek, hoursPerWeek, action } = rule;
  return fields({
    rule: `${name} of ${model}`,
    mode: modeName(mode),
    'waits for': waitsFor(rule),
    now: rule.outlook.text,
    trains: `${pipeline} with the ${backbone === null ? 'backbone of production' : `backbone ${backbone}`}, ${imageSize === null ? 'its image size' : `${imageSize} px`}`,
    data: addJudged ? 'the newest version of the dataset, with judged photos' : 'the newest version of the dataset',
    afterwards: {
      TRAIN: 'nothing more',
      REGISTER: 'registers it if the gate passes',
      PROMOTE: 'promotes it if the gate passes',
    }[action],
    budget: `${startsPerWeek} in 7 days${hoursPerWeek === null ? '' : `, ${hoursPerWeek === 1 ? '1 hour' : `${hoursPerWeek} hours`}`}`,
    owner: rule.owner?.name,
  });
}

function roundsText(rounds: readonly Round[]): string {
  return table(
    ['round', 'started', 'state', ' judged photos', ' version', 'outcome'],
    rounds.map(({ id, startedAt, state, judgedPhotos, version, outcome, reason }) => [
      ...[id, moment(startedAt), state, judgedPhotos, version, outcome ?? reason],
    ]),
  );
}
