import { type Command, InvalidArgumentError } from 'commander';
import { HubError } from '../../errors.js';
import { type ConnectionOptions, connect, withConnection } from '../connection.js';
import type { ResultOf, VariablesOf } from '../graphql.js';
import { print, table } from '../output.js';
import { GATE, SET_GATE } from '../requests/gate.js';

type Rule = NonNullable<VariablesOf<typeof SET_GATE>['rules']>[number];

interface GateOptions extends ConnectionOptions {
  readonly rule?: readonly Rule[];
  readonly defaultRules?: boolean;
  readonly reason?: string;
}

export function addGate(model: Command): void {
  withConnection(
    model
      .command('gate')
      .description('Show the rules that a version must meet for production, or set others.')
      .argument('<model>', 'name of the model')
      .option(
        '--rule <rule>',
        'a rule in place of the present ones: kind, then its slice or metric, then its limit, such as "SLICE_THRESHOLD pets/night 0.9"; repeatable',
        rules,
      )
      .option('--default-rules', 'the rules of a model that has none of its own')
      .option('--reason <text>', 'why the rules change; stored in the audit'),
  ).action(async (name: string, { rule, defaultRules, reason, ...options }: GateOptions) => {
    if (rule && defaultRules) throw new HubError('BAD_INPUT', 'Give --rule or --default-rules, not both.');
    const client = await connect(options);
    if (!rule && !defaultRules) {
      const { model: found } = await client.request(GATE, { model: name });
      if (!found) throw new HubError('NOT_FOUND', `There is no model named ${name}.`);
      return print(options, found, () => gateText(found.gate));
    }
    if (!reason) throw new HubError('BAD_INPUT', 'Changing the rules needs --reason.');
    const { setGate } = await client.request(SET_GATE, { model: name, rules: rule ? [...rule] : null, reason });
    print(options, setGate, () => gateText(setGate.gate));
  });
}

const gateText = (gate: ResultOf<typeof SET_GATE>['setGate']['gate']): string =>
  table(
    ['rule', 'of', ' limit'],
    gate.map(({ kind, metric, limit, slice }) => [kind, slice ?? (BY_METRIC.has(kind) ? metric : null), limit]),
  );

/** Kinds of rules that look at a metric. */
const BY_METRIC: ReadonlySet<string> = new Set(['NOT_WORSE', 'THRESHOLD']);

/** Collects rules: `KIND [dataset/slice | METRIC] [limit]`. The hub checks kinds and metrics. */
function rules(text: string, before: readonly Rule[] = []): Rule[] {
  const [kind = '', ...rest] = text.trim().split(/\s+/);
  const limit = rest.find((word) => Number.isFinite(Number(word)));
  const [of, more] = rest.filter((word) => word !== limit);
  if (!/^[A-Z_]+$/.test(kind) || more !== undefined) {
    throw new InvalidArgumentError('It must be a kind, a slice or metric, and a limit, such as "THRESHOLD 0.95".');
  }
  const what = of === undefined ? {} : of.includes('/') ? { slice: of } : { metric: of as NonNullable<Rule['metric']> };
  return [...before, { kind: kind as Rule['kind'], ...what, ...(limit === undefined ? {} : { limit: Number(limit) }) }];
}
