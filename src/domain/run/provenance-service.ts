import { readManifest } from '../../datasets/read-manifest.js';
import { HubError } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { PrismaClient } from '../../storage/database.js';
import { type Prediction, unpackPredictions } from '../../training/predictions.js';
import type { Actor } from '../actor.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import { notFound } from '../not-found.js';
import type { MistakeFilter, TestPredictions } from './provenance.js';
import type { Run } from './run.js';
import { compareRuns, type RunComparison } from './run-comparison.js';
import { recipeOf, toRun, withRunRelations } from './run-row.js';
import type { RunService } from './run-service.js';

export class ProvenanceService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly runs: RunService,
  ) {}

  /** Compares runs in the order of `ids`, with one query. @throws NOT_FOUND naming the missing runs. */
  async compare(ids: readonly string[]): Promise<RunComparison> {
    const include = { ...withRunRelations, epochs: { orderBy: { epoch: 'asc' } } } as const;
    const rows = await this.prisma.run.findMany({ where: { id: { in: [...ids] } }, include });
    const runs = new Map(rows.map((row) => [row.id, { run: toRun(row), epochs: row.epochs }]));
    const missing = ids.filter((id) => !runs.has(id));
    if (missing.length > 0) throw new HubError('NOT_FOUND', `There is no run ${missing.join(', ')}.`, { missing });
    return compareRuns(ids.flatMap((id) => runs.get(id) ?? []));
  }

  async mistakes(id: string, filter: MistakeFilter): Promise<TestPredictions | null> {
    const run = await this.#find(id);
    const { manifestBlob } = run.datasetVersion;
    const labels = toDatasetVersion(run.datasetVersion).classes;
    const [truth, predicted] = [filter.trueClass, filter.predictedClass].map((label) => indexOf(labels, label));
    if (!run.predictionsBlob) return null;
    const wanted = (prediction: Prediction): boolean =>
      (truth === undefined || prediction.truth === truth) &&
      (predicted === undefined || prediction.predicted === predicted) &&
      ((truth !== undefined && truth === predicted) || prediction.truth !== prediction.predicted);
    const found = unpackPredictions(await this.blobs.get(run.predictionsBlob)).filter(wanted);
    const shown = found.sort((a, b) => b.confidence - a.confidence || a.image - b.image).slice(0, filter.first);
    const { images } = await readManifest(this.blobs, manifestBlob);
    return {
      total: found.length,
      images: shown.map((prediction) => ({
        versionId: run.datasetVersionId,
        image: prediction.image,
        name: images[prediction.image]?.name ?? '',
        sha256: images[prediction.image]?.sha256 ?? '',
        trueClass: labels[prediction.truth] as string,
        predictedClass: labels[prediction.predicted] as string,
        confidence: prediction.confidence,
      })),
    };
  }

  /** Queues a run with the same settings, to compare the two. */
  async reproduce(id: string, actor: Actor): Promise<Run> {
    const run = await this.#find(id);
    const { kind, state, backboneName, datasetVersionId, parentRunId } = run;
    if (state !== 'SUCCEEDED') {
      const message = `The run is ${state}. Reproduce a run that has succeeded.`;
      throw new HubError('CONFLICT', message, { id, state });
    }
    const same = { kind, recipe: recipeOf(run), backboneName, datasetVersionId, parentRunId };
    return this.runs.queueRun(same, actor, { reproductionOfId: id });
  }

  async #find(id: string) {
    const run = await this.prisma.run.findUnique({
      where: { id },
      include: { datasetVersion: { include: { dataset: true } } },
    });
    if (!run) throw notFound('run', id);
    return run;
  }
}

function indexOf(labels: readonly string[], label: string | null | undefined): number | undefined {
  if (label == null) return undefined;
  const index = labels.indexOf(label);
  if (index < 0)
    throw new HubError('BAD_INPUT', `The run's dataset version has no class named ${label}.`, { received: label });
  return index;
}
