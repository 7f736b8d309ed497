import { availableParallelism, hostname } from 'node:os';
import type { Computer } from '../../engines/open-engine.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { type Recipe, recipeSchema } from '../../training/recipe.js';
import type { RunSize } from '../../training/run-cost.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import type { RunSeconds } from '../run/run.js';
import type { MeasuredRun } from './estimate-model.js';

/** Finished runs that are looked at, the newest. */
const RUNS = 200;

/** Runs that this engine has finished on this machine with as many cores as it has now, the newest first. */
export async function measuredRuns(prisma: PrismaClient, { name, device }: Computer): Promise<MeasuredRun[]> {
  const rows = await prisma.run.findMany({
    where: {
      state: 'SUCCEEDED',
      computedPictures: { not: null }, // else its epochs computed features as well
      AND: [
        { environment: { path: ['host', 'name'], equals: hostname() } },
        { engine: { path: ['threads'], equals: availableParallelism() } },
        { engine: { path: ['name'], equals: name } },
        { engine: { path: ['device'], equals: device } },
      ],
    },
    include: {
      datasetVersion: { include: { dataset: true } },
      backbone: { select: { architecture: true } },
      epochs: { select: { seconds: true } },
    },
    orderBy: { id: 'desc' },
    take: RUNS,
  });
  return rows.flatMap(({ id, backbone, timings, computedPictures, epochs, peakMemoryBytes, ...row }) => {
    if (!backbone) return [];
    const { features, training, evaluation } = timings as unknown as RunSeconds;
    return {
      id,
      size: sizeOf(recipeSchema.parse(row.recipe), row.datasetVersion, backbone.architecture),
      computedPictures: computedPictures ?? 0,
      featureSeconds: features,
      evaluationSeconds: evaluation,
      // Between epochs checkpoints are written; of a run that was interrupted, only what came behind that is in its phase.
      epochSeconds:
        Math.max(
          training,
          epochs.reduce((sum, { seconds }) => sum + seconds, 0),
        ) / epochs.length,
      peakMemoryBytes: Number(peakMemoryBytes),
    };
  });
}

/** What decides how long a run takes. */
export function sizeOf(
  recipe: Recipe,
  version: Prisma.DatasetVersionGetPayload<{ include: { dataset: true } }>,
  architecture: string,
): RunSize {
  const { classes, splits } = toDatasetVersion(version);
  const [train = 0, validation = 0, test = 0] = splits.map(({ images }) => images);
  const held = recipe.validation === 'TEST_SPLIT' || validation > 0 ? 0 : Math.round(train * recipe.validationFraction);
  return {
    ...{ architecture, recipe, classes: classes.length, test },
    train: train - held,
    validation: recipe.validation === 'TEST_SPLIT' ? test : validation || held,
  };
}
