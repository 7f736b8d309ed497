import { z } from 'zod';
import type { InputSize } from '../../engines/engine.js';
import { HubError } from '../../errors.js';
import { TOLERANCE } from '../../serving/self-check.js';
import type { ServedVersion } from '../../serving/served-version.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import { figuresOf, toServedCalibration, whyNotCalibrated } from './calibration-row.js';
import type { Candidate } from './gate.js';
import { toModelImport } from './import-row.js';
import type { ModelVersion } from './model.js';
import type { VersionServing } from './precision.js';
import { headOf } from './version-head.js';

export const withVersionRelations = {
  model: true,
  backbone: true,
  datasetVersion: { include: { dataset: true } },
  aliases: true,
  serving: true,
  run: { select: { recipe: true } },
  origin: true,
  calibration: true,
} as const;

export type ModelVersionRow = Prisma.ModelVersionGetPayload<{ include: typeof withVersionRelations }>;

const labelsColumn = z.object({ labels: z.array(z.string()).readonly() });
const sizeColumn = z.object({ preprocessing: z.object({ input: z.number(), image: z.number() }) });

/** Class names of a version; the index of an output is an index into them. */
export function labelsOf(row: Pick<ModelVersionRow, 'id' | 'labels'>): readonly string[] {
  return parseColumns(labelsColumn, row, `model version ${row.id}`).labels;
}

/** Image sizes of a version. */
export function sizeOf(row: Pick<ModelVersionRow, 'id' | 'preprocessing'>): InputSize {
  return parseColumns(sizeColumn, row, `model version ${row.id}`).preprocessing;
}

export function toModelVersion(row: ModelVersionRow): ModelVersion {
  const { id, number, runId, backbone, testAccuracy, testLoss, createdAt } = row;
  const size = sizeOf(row);
  return {
    id,
    model: row.model.name,
    number,
    runId,
    origin: row.origin && toModelImport(row.origin, number),
    backbone,
    head: headOf(row),
    datasetVersion: toDatasetVersion(row.datasetVersion),
    labels: labelsOf(row),
    inputSize: size.input,
    imageSize: size.image,
    testAccuracy,
    testLoss,
    serving: toVersionServing(row),
    calibration: figuresOf(row.calibration),
    notCalibrated: whyNotCalibrated(row.calibration),
    aliases: row.aliases.map((alias) => alias.name).sort(),
    archivedAt: row.archivedAt,
    createdAt,
  };
}

/** A version as serving knows it. */
export function toServedVersion(row: ModelVersionRow): ServedVersion {
  const { serving, expectedBlob } = row;
  const quantizedBlob = serving?.precision === 'INT8' ? serving.quantizedBlob : null;
  const tolerance = TOLERANCE[quantizedBlob === null ? 'FP32' : 'INT8'];
  return {
    versionId: row.id,
    model: row.model.name,
    number: row.number,
    backboneBlob: row.backbone.sha256,
    weightsBlob: row.weightsBlob,
    quantizedBlob,
    labels: labelsOf(row),
    size: sizeOf(row),
    expected: expectedBlob === null ? null : { blob: expectedBlob, tolerance },
    calibration: toServedCalibration(row.calibration),
  };
}

/** The facts that the gate checks. */
export function toCandidate(row: ModelVersionRow): Candidate {
  const { number, datasetVersionId, testAccuracy, testLoss } = row;
  const calibrated = figuresOf(row.calibration) ? true : null;
  return { number, datasetVersionId, testAccuracy, testLoss, calibrated, selfChecked: null };
}

function toVersionServing({ serving, testAccuracy }: ModelVersionRow): VersionServing {
  const { versionId: _version, error: _error, ...facts } = serving as NonNullable<typeof serving>;
  return { ...facts, fp32Accuracy: testAccuracy };
}

/** Reads a version by its number. @throws NOT_FOUND. */
export async function findVersion(prisma: PrismaClient, model: string, number: number): Promise<ModelVersionRow> {
  const row = await prisma.modelVersion.findFirst({
    where: { number, model: { name: model } },
    include: withVersionRelations,
  });
  if (row) return row;
  throw new HubError('NOT_FOUND', `There is no version ${number} of a model named ${model}.`, { model, number });
}

/** Reads a version as serving knows it. @throws NOT_FOUND. */
export async function findServedVersion(prisma: PrismaClient, model: string, number: number): Promise<ServedVersion> {
  return toServedVersion(await findVersion(prisma, model, number));
}
