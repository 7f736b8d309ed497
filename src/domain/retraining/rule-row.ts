import type { Prisma } from '../../storage/database.js';
import { type Actor, HUB_ACTOR } from '../actor.js';
import { ownerOf } from '../owner.js';
import type { RetrainingRound, RetrainingRule } from './rule.js';

export const withModel = { model: { select: { name: true } } } as const;
export type RuleRow = Prisma.RetrainingRuleGetPayload<{ include: typeof withModel }>;
export type RoundRow = Prisma.RetrainingRoundGetPayload<object>;

export function toRule(row: RuleRow): RetrainingRule {
  const { modelId: _model, createdBy: _by, createdById: _id, createdByRole: _role, model, ...settings } = row;
  return { ...settings, model: model.name, owner: ownerOf(row) };
}

export function toRound({ ruleId: _rule, ...round }: RoundRow): RetrainingRound {
  return round;
}

/** The author of what a rule does. */
export function actorOfRule({ name }: Pick<RetrainingRule, 'name'>): Actor {
  return { ...HUB_ACTOR, name: `rule ${name}` };
}
