import { isDeepStrictEqual } from 'node:util';
import type { Prisma, PrismaClient } from '../../storage/database.js';

/** Results of a run with their possible causes. */
const outcome = {
  engine: true,
  environment: true,
  keptEpoch: true,
  testLoss: true,
  testAccuracy: true,
  confusion: true,
  weightsBlob: true,
  epochs: { omit: { runId: true, seconds: true, createdAt: true }, orderBy: { epoch: 'asc' } },
} as const satisfies Prisma.RunSelect;

type Outcome = Prisma.RunGetPayload<{ select: typeof outcome }>;

/** A type, not an interface: a value written as JSON may have known fields only. */
type Difference = {
  readonly what: string;
  readonly original: Prisma.JsonValue;
  readonly now: Prisma.JsonValue;
};

/** Columns of an outcome, causes before effects. */
const CAUSES = ['engine', 'environment'] as const;
const FIGURES = ['keptEpoch', 'testLoss', 'testAccuracy', 'confusion', 'weightsBlob'] as const;

/**
 * Compares a run that ends with the run that it reproduces.
 * @param ended results that the row does not have yet. @returns columns of the run; none where it reproduces no run.
 */
export async function judgeReproduction(
  prisma: PrismaClient,
  id: string,
  ended: Pick<Outcome, (typeof FIGURES)[number]>,
): Promise<{ reproduction?: Prisma.InputJsonObject }> {
  const select = { ...outcome, reproductionOf: { select: outcome } };
  const { reproductionOf, ...run } = await prisma.run.findUniqueOrThrow({ where: { id }, select });
  if (!reproductionOf) return {};
  const { agrees, differences } = compareOutcomes(reproductionOf, { ...run, ...ended });
  return { reproduction: { agrees, differences: [...differences] as Prisma.InputJsonArray } };
}

/** Different causes alone are no disagreement: another engine with the same numbers agrees. */
export function compareOutcomes(
  original: Outcome,
  now: Outcome,
): { readonly agrees: boolean; readonly differences: readonly Difference[] } {
  const causes = CAUSES.flatMap((cause) => differencesIn(cause, original[cause], now[cause])).filter(
    ({ what }) => what !== 'engine.reason',
  );
  const epochs = Array.from({ length: Math.max(original.epochs.length, now.epochs.length) }, (_, i) =>
    differencesIn(`epochs.${i + 1}`, original.epochs[i], now.epochs[i]),
  );
  const figures = FIGURES.flatMap((name) =>
    isDeepStrictEqual(original[name], now[name]) ? [] : [{ what: name, original: original[name], now: now[name] }],
  );
  const numbers = [...(epochs.find(({ length }) => length > 0) ?? []), ...figures];
  return { agrees: numbers.length === 0, differences: [...causes, ...numbers] };
}

type Value = Prisma.JsonValue | undefined;

/** Differences of the leaves. */
function differencesIn(what: string, original: Value, now: Value): Difference[] {
  if (isDeepStrictEqual(original ?? null, now ?? null)) return [];
  if (!isObject(original) || !isObject(now)) return [{ what, original: original ?? null, now: now ?? null }];
  const names = new Set([...Object.keys(original), ...Object.keys(now)]);
  return [...names].flatMap((name) => differencesIn(`${what}.${name}`, original[name], now[name]));
}

function isObject(value: Value): value is Prisma.JsonObject {
  return typeof value === 'object' && value !== null;
}
