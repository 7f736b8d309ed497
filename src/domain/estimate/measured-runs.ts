import { hostname } from 'node:os';
import type { Computer } from '../../engines/open-engine.js';
import type { PrismaClient } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import { FOLD_NETWORKS } from '../../training/folds.js';
import type { Recipe } from '../../training/recipe.js';
import type { RunSize } from '../../training/run-cost.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import type { DatasetVersion } from '../dataset/dataset-version.js';
import { runColumns } from '../run/run-row.js';
import type { MeasuredRun } from './estimate-model.js';

/** Number of finished runs to consider, newest first. */
const RUNS = 200;

const columns = runColumns.pick({ recipe: true, timings: true });

/** Runs that these engines have finished on this machine, with this number of threads; newest first. */
export async function measuredRuns(
  prisma: PrismaClient,
  trainers: readonly Computer[],
  threads: number,
): Promise<MeasuredRun[]> {
  const rows = await prisma.run.findMany({
    where: {
      state: 'SUCCEEDED',
      computedPictures: { not: null }, // otherwise the epochs computed features too
      AND: [
        { environment: { path: ['host', 'name'], equals: hostname() } },
        { engine: { path: ['threads'], equals: threads } },
        {
          OR: trainers.map(({ name, device }) => ({
            AND: [{ engine: { path: ['name'], equals: name } }, { engine: { path: ['device'], equals: device } }],
          })),
        },
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
  return rows.flatMap(({ id, backbone, computedPictures, epochs, peakMemoryBytes, ...row }) => {
    const { recipe, timings } = parseColumns(columns, row, `run ${id}`);
    if (!backbone || !timings) return [];
    const { features, training, evaluation } = timings;
    return {
      id,
      size: sizeOf(recipe, toDatasetVersion(row.datasetVersion), backbone.architecture),
      computedPictures: computedPictures ?? 0,
      featureSeconds: features,
      evaluationSeconds: evaluation,
      // The phase includes checkpoints. Of an interrupted run it covers only the epochs after the last resume.
      epochSeconds:
        Math.max(
          training,
          epochs.reduce((sum, { seconds }) => sum + seconds, 0),
        ) / epochs.length,
      peakMemoryBytes: Number(peakMemoryBytes),
    };
  });
}

/** The same of a network that learns from the images of all folds but one, and judges that one. */
export function foldSizeOf(
  recipe: Recipe,
  { classes, imageCount }: Pick<DatasetVersion, 'classes' | 'imageCount'>,
  architecture: string,
): RunSize {
  const test = Math.round(imageCount / FOLD_NETWORKS);
  const validation = Math.round((imageCount - test) * recipe.validationFraction);
  const train = imageCount - test - validation;
  return { architecture, recipe, classes: classes.length, train, validation, test };
}

/** The quantities that decide how long a run takes. */
export function sizeOf(
  recipe: Recipe,
  { classes, splits }: Pick<DatasetVersion, 'classes' | 'splits'>,
  architecture: string,
): RunSize {
  const [train = 0, validation = 0, test = 0] = splits.map(({ images }) => images);
  const held = recipe.validation === 'TEST_SPLIT' || validation > 0 ? 0 : Math.round(train * recipe.validationFraction);
  return {
    ...{ architecture, recipe, classes: classes.length, test },
    train: train - held,
    validation: recipe.validation === 'TEST_SPLIT' ? test : validation || held,
  };
}
