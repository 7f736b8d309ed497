import { z } from 'zod';
import { type ArmFigures, RolloutFigures, type StoredFigures } from '../../serving/rollout-figures.js';
import type { Prisma } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import { storedCounts } from './judged-counts.js';
import type { Rollout, RolloutArm } from './rollout.js';

export const withVersions = { version: { include: { model: true } }, present: true, parts: true } as const;
export type RolloutRow = Prisma.RolloutGetPayload<{ include: typeof withVersions }>;

const armSchema = z.object({ answers: z.number(), errors: z.number(), times: z.string() });
const figuresSchema: z.ZodType<StoredFigures> = z.object({
  present: armSchema,
  candidate: armSchema,
  compared: z.number(),
  agreed: z.number(),
  dropped: z.number(),
});
const figuresColumn = z.object({ figures: figuresSchema.nullable() });

/** The figures as they were written last. @param except the process whose figures are left out. */
export function storedFigures(
  row: Pick<RolloutRow, 'id' | 'state' | 'figures' | 'parts'>,
  except?: string,
): RolloutFigures {
  // Those of a rollout that has ended contain the figures of all processes.
  const others = row.parts.filter(({ processId }) => row.state === 'RUNNING' && processId !== except);
  const stored = [row, ...others].map((part) => parseColumns(figuresColumn, part, `rollout ${row.id}`).figures);
  return RolloutFigures.sum(stored.map((figures) => new RolloutFigures(figures)));
}

/** @param figures the present ones: of a running rollout, those that serving counts. */
export function toRollout(row: RolloutRow, figures: RolloutFigures): Rollout {
  const { version, present, parts: _, judged: __, ...facts } = row;
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
    judgedBefore: storedCounts(row),
  };
}

function toArm(version: number, arm: ArmFigures): RolloutArm {
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
