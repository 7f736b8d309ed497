import type { TrialArmType, VersionTrialType } from '../../schema/rollout/rollout.type.js';
import { type ArmFigures, RolloutFigures, type StoredFigures } from '../../serving/rollout-figures.js';
import type { Prisma } from '../../storage/database.js';

export const withVersions = { version: { include: { model: true } }, present: true } as const;
export type TrialRow = Prisma.VersionTrialGetPayload<{ include: typeof withVersions }>;

/** What was counted up to the last time that it was written. */
export function toFigures({ figures }: Pick<TrialRow, 'figures'>): RolloutFigures {
  return new RolloutFigures(figures as StoredFigures | null);
}

/** @param figures of now, while it is under way. */
export function toTrial(row: TrialRow, figures: RolloutFigures): VersionTrialType {
  const { version, present, ...facts } = row;
  const { compared, agreed, dropped } = figures;
  return {
    ...facts,
    model: version.model.name,
    candidate: toArm(version.number, figures.candidate),
    present: toArm(present.number, figures.present),
    compared,
    agreed,
    agreement: shareOf(agreed, compared),
    dropped,
  };
}

function toArm(version: number, arm: ArmFigures): TrialArmType {
  const { answers, errors } = arm;
  return {
    version,
    answers,
    errors,
    errorRate: shareOf(errors, answers + errors),
    p50Milliseconds: arm.milliseconds(0.5),
    p99Milliseconds: arm.milliseconds(0.99),
  };
}

const shareOf = (part: number, all: number): number | null => (all === 0 ? null : part / all);
