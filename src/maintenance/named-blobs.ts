import { readManifest } from '../datasets/read-manifest.js';
import { HubError } from '../errors.js';
import type { BlobStore } from '../storage/blobs.js';
import type { Prisma } from '../storage/database.js';

/** A blob that the database refers to. */
export interface NamedBlob {
  readonly sha256: string;
  /** What refers to it, in words: "weights of run 0193...". */
  readonly by: string;
  /** Whether it holds cached features, which are computed again when lost. */
  readonly cached: boolean;
}

/**
 * Every blob that the database refers to, directly or through a manifest; the same blob may be yielded more than once.
 * Other blobs are not backed up, and `hub gc` deletes them.
 */
export async function* namedBlobs(prisma: Prisma.TransactionClient, blobs: BlobStore): AsyncGenerator<NamedBlob> {
  const needed = (sha256: string, by: string): NamedBlob => ({ sha256, by, cached: false });
  const versions = await prisma.datasetVersion.findMany({
    select: {
      number: true,
      manifestBlob: true,
      inspectionBlob: true,
      shards: true,
      dataset: { select: { name: true } },
    },
  });
  for (const { number, manifestBlob, inspectionBlob, shards, dataset } of versions) {
    yield needed(manifestBlob, `manifest of dataset ${dataset.name} ${number}`);
    if (inspectionBlob) yield needed(inspectionBlob, `inspection of dataset ${dataset.name} ${number}`);
    for (const shard of shards.length > 0 ? shards : await shardsOf(blobs, manifestBlob)) {
      yield needed(shard, `images of dataset ${dataset.name} ${number}`);
    }
  }
  for (const { name, sha256 } of await prisma.backbone.findMany({ select: { name: true, sha256: true } })) {
    yield needed(sha256, `weights of backbone ${name}`);
  }
  const runs = await prisma.run.findMany({
    select: { id: true, weightsBlob: true, checkpointBlob: true, predictionsBlob: true, probabilitiesBlob: true },
  });
  for (const { id, weightsBlob, checkpointBlob, predictionsBlob, probabilitiesBlob } of runs) {
    if (probabilitiesBlob) yield needed(probabilitiesBlob, `probabilities of run ${id}`);
    if (predictionsBlob) yield needed(predictionsBlob, `predictions of run ${id}`);
    if (weightsBlob) yield needed(weightsBlob, `weights of run ${id}`);
    if (checkpointBlob) yield needed(checkpointBlob, `checkpoint of run ${id}`);
  }
  const models = await prisma.modelVersion.findMany({
    include: { model: true, serving: true, calibration: true },
  });
  for (const { number, weightsBlob, expectedBlob, model, serving, calibration } of models) {
    yield needed(weightsBlob, `weights of ${model.name} ${number}`);
    if (expectedBlob) yield needed(expectedBlob, `expected answers of ${model.name} ${number}`);
    if (serving?.quantizedBlob) yield needed(serving.quantizedBlob, `8-bit form of ${model.name} ${number}`);
    if (calibration?.outlierBlob) yield needed(calibration.outlierBlob, `calibration of ${model.name} ${number}`);
  }
  for (const { datasetVersionId, findingsBlob, foldBlobs } of await prisma.examination.findMany()) {
    if (findingsBlob) yield needed(findingsBlob, `findings of dataset version ${datasetVersionId}`);
    for (const blob of foldBlobs) yield needed(blob, `answers of fold networks of dataset version ${datasetVersionId}`);
  }
  const imports = await prisma.modelImport.findMany({ where: { fileBlob: { not: null } } });
  for (const { id, fileBlob } of imports) yield needed(fileBlob as string, `file of import ${id}`);
  const jobs = await prisma.predictionJob.findMany({ where: { archiveBlob: { not: null } } });
  for (const { id, archiveBlob } of jobs) yield needed(archiveBlob as string, `archive of prediction ${id}`);
  for (const { jobId, blob } of await prisma.predictionChunk.findMany({ select: { jobId: true, blob: true } })) {
    yield needed(blob, `answers of prediction ${jobId}`);
  }
  const photos = await prisma.loggedPrediction.findMany({
    where: { photoBlob: { not: null } },
    select: { photoBlob: true },
    distinct: 'photoBlob',
  });
  for (const { photoBlob } of photos) yield needed(photoBlob as string, 'a photo of a kept prediction');
  for (const { blob } of await prisma.featureChunk.findMany({ select: { blob: true } })) {
    yield { sha256: blob, by: 'cached features', cached: true };
  }
}

/**
 * Shards of a row that was written before rows named their shards. Empty when the manifest is lost or damaged, which
 * the check of the manifest's own blob reports.
 */
async function shardsOf(blobs: BlobStore, manifest: string): Promise<readonly string[]> {
  return readManifest(blobs, manifest).then(
    ({ shards }) => shards,
    (error: unknown) => {
      if (error instanceof HubError) return [];
      throw error;
    },
  );
}
