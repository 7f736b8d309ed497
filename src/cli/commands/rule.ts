import { type Command, Option } from 'commander';
import { HubError } from '../../errors.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import { moment } from '../format.js';
import { number, wholeNumber } from '../numbers.js';
import { fields, print, sections, table } from '../output.js';
import { DELETE_RULE, type Round, RULES, type Rule, SAVE_RULE, SWITCH_RULE } from '../requests/retraining.js';

const MODES = { off: 'OFF', 'dry-run': 'DRY_RUN', on: 'ON' } as const;
type Mode = keyof typeof MODES;

const ACTIONS = { train: 'TRAIN', register: 'REGISTER', promote: 'PROMOTE' } as const;

/** Options that say what a rule waits for, with its trigger and the unit of its threshold. */
const TRIGGERS = {
  every: ['SCHEDULE', 'days'],
  judged: ['JUDGED_PHOTOS', 'photos'],
  drift: ['DRIFT', 'of the population stability index'],
  accuracy: ['ACCURACY', 'of the judged answers, 0 to 1'],
} as const;
type Trigger = keyof typeof TRIGGERS;

interface SaveOptions extends ConnectionOptions, Partial<Record<Trigger, number>> {
  readonly mode: Mode;
  readonly days: number;
  /** False with --without-judged. */
  readonly withoutJudged?: true;
  readonly pipeline: string;
  readonly backbone?: string;
  readonly imageSize?: number;
  readonly startsPerWeek: number;
  readonly hoursPerWeek?: number;
  readonly action: keyof typeof ACTIONS;
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
      .description('Switch a rule on, off, or to dry runs. A round under way goes on.')
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
      .command('delete')
      .description('Delete a rule with its history. Its runs go on.')
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
        'Make a rule, or replace the settings of the one with this name. Give one of --every, --judged, --drift, --accuracy.',
      )
      .argument(...MODEL)
      .argument(...NAME)
      .option('--every <days>', 'train so many days after the last round; 1/24 is an hour', number)
      .option('--judged <photos>', 'train once so many kept photos were judged since the last round', number)
      .option(
        '--drift <index>',
        'train when answers differ from those to the test images by more; 0.25 is much',
        number,
      )
      .option('--accuracy <share>', 'train when less than this share of the judged answers is right, 0 to 1', number)
      .addOption(new Option('--mode <mode>', 'whether it acts').choices(Object.keys(MODES)).default('dry-run'))
      .option('--days <count>', 'drift and accuracy look at the answers of so many days', wholeNumber, 30)
      .option('--without-judged', 'train on the newest data as they are, without adding judged photos')
      .option('--pipeline <name>', 'pipeline to train', 'best')
      .option('--backbone <name>', 'backbone (default: that of the version in production)')
      .option('--image-size <pixels>', 'side of the images (default: that of the version in production)', wholeNumber)
      .option('--starts-per-week <count>', 'most rounds in 7 days', wholeNumber, 1)
      .option('--hours-per-week <hours>', 'start nothing once its runs of 7 days took so long', number)
      .addOption(
        new Option(
          '--action <action>',
          'what to do with what it trained: nothing more, register it if the gate passes, or promote that too',
        )
          .choices(Object.keys(ACTIONS))
          .default('register'),
      )
      .requiredOption('--reason <text>', 'why; stored in the audit'),
  ).action(async (model: string, name: string, options: SaveOptions) => {
    const { mode, days, withoutJudged, pipeline, backbone, imageSize, startsPerWeek, hoursPerWeek, action, reason } =
      options;
    const input = {
      ...{ model, name, ...triggerOf(options), mode: MODES[mode], days, addJudged: !withoutJudged, pipeline },
      ...{
        backbone: backbone ?? null,
        imageSize: imageSize ?? null,
        startsPerWeek,
        hoursPerWeek: hoursPerWeek ?? null,
      },
      ...{ action: ACTIONS[action], reason },
    };
    const { saveRetrainingRule: saved } = await (await connect(options)).request(SAVE_RULE, { input });
    print(options, { rule: saved }, () => ruleText(saved));
  });
}

/** @throws BAD_INPUT unless exactly one trigger is given. */
function triggerOf(options: SaveOptions) {
  const names = Object.keys(TRIGGERS) as Trigger[];
  const given = names.filter((name) => options[name] !== undefined);
  const [only] = given;
  if (only === undefined || given.length > 1) {
    const all = names.map((name) => `--${name}`).join(', ');
    const received = given.length === 0 ? 'none' : given.map((name) => `--${name}`).join(' and ');
    throw new HubError('BAD_INPUT', `Give one of ${all}; ${received} was received.`);
  }
  return { trigger: TRIGGERS[only][0], threshold: options[only] as number };
}

const modeName = (mode: Rule['mode']): string => mode.toLowerCase().replace('_', '-');

function waitsFor({ trigger, threshold }: Rule): string {
  const [name, [, unit]] = Object.entries(TRIGGERS).find(([, [known]]) => known === trigger) as [
    string,
    readonly string[],
  ];
  return `${name} ${Number(threshold.toFixed(4))} ${unit}`;
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
    budget: `${startsPerWeek} in 7 days${hoursPerWeek === null ? '' : `, ${hoursPerWeek} hours`}`,
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
