import { z } from 'zod';
import type { PrismaClient } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import { classScores } from '../../training/class-metrics.js';
import { classesOf } from '../dataset/dataset-row.js';

const column = z.object({ confusion: z.array(z.array(z.int())).nullable() });

/** The test accuracy of a run by class, without classes that have no test images; null for a run without a confusion matrix. */
export async function classAccuraciesOf(
  prisma: PrismaClient,
  runId: string,
): Promise<ReadonlyMap<string, number> | null> {
  const select = { confusion: true, datasetVersion: { select: { id: true, classes: true } } } as const;
  const run = await prisma.run.findUniqueOrThrow({ where: { id: runId }, select });
  const { confusion } = parseColumns(column, run, `run ${runId}`);
  if (!confusion) return null;
  const labels = classesOf(run.datasetVersion);
  const scores = classScores(confusion).map(({ recall }, c) => [labels[c], recall] as const);
  return new Map(
    scores.flatMap(([label, recall]) => (label === undefined || recall === null ? [] : [[label, recall]])),
  );
}
