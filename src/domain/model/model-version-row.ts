import { z } from 'zod';
import type { InputSize } from '../../engines/engine.js';
import { formHere, PLAIN_FORM } from '../../engines/network-form.js';
import { HubError } from '../../errors.js';
import { TOLERANCE } from '../../serving/self-check.js';
import type { ServedVersion } from '../../serving/served-version.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { finiteOrNull, parseColumns } from '../../storage/parse-columns.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import { versionNotFound } from '../not-found.js';
import { ownerOf } from '../owner.js';
import { figuresOf, isAwaited, toServedCalibration, whyNotCalibrated } from './calibration-row.js';
import type { Candidate } from './gate.js';
import { toModelImport } from './import-row.js';
import type { ModelVersion } from './model.js';
import { formsOf, type VersionServing } from './precision.js';
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
    testLoss: finiteOrNull(testLoss),
    serving: toVersionServing(row),
    calibration: figuresOf(row.calibration),
    notCalibrated: whyNotCalibrated(row.calibration),
    aliases: row.aliases.map((alias) => alias.name).sort(),
    archivedAt: row.archivedAt,
    owner: ownerOf(row),
    createdAt,
  };
}

/** A version as serving knows it. */
export function toServedVersion(row: ModelVersionRow): ServedVersion {
  const { serving, expectedBlob } = row;
  const wantedForm = serving ? { runtime: serving.runtime, precision: serving.precision } : PLAIN_FORM;
  const form = formHere(wantedForm);
  return {
    versionId: row.id,
    model: row.model.name,
    number: row.number,
    backboneBlob: row.backbone.sha256,
    weightsBlob: row.weightsBlob,
    quantizedBlob: form.precision === 'INT8' ? (serving?.quantizedBlob ?? null) : null,
    form,
    wantedForm,
    labels: labelsOf(row),
    size: sizeOf(row),
    expected: expectedBlob === null ? null : { blob: expectedBlob, tolerance: TOLERANCE[form.precision] },
    calibration: serving?.calibrated ? toServedCalibration(row.calibration) : null,
  };
}

/** The facts that the gate checks, without the accuracy by class and slice, which takes other queries. */
export function toCandidate(row: ModelVersionRow): Candidate {
  const { number, testAccuracy, testLoss } = row;
  const calibrated = figuresOf(row.calibration) && whyNotCalibrated(row.calibration) === null;
  return { number, testAccuracy, testLoss, calibrated, selfChecked: null, classAccuracies: null, slices: new Map() };
}

function toVersionServing({ serving, testAccuracy }: ModelVersionRow): VersionServing {
  const row = serving as NonNullable<typeof serving>;
  const { versionId: _version, error: _error, otherForms: _others, ...facts } = row;
  return { ...facts, fp32Accuracy: testAccuracy, forms: formsOf(row, testAccuracy) };
}

/** Reads a version by its number. @throws NOT_FOUND. */
export async function findVersion(prisma: PrismaClient, model: string, number: number): Promise<ModelVersionRow> {
  const row = await prisma.modelVersion.findFirst({
    where: { number, model: { name: model } },
    include: withVersionRelations,
  });
  if (row) return row;
  throw versionNotFound(model, number);
}

/** Whether the form in which a version serves is decided. */
export function isReady({ serving }: Pick<ModelVersionRow, 'serving'>): boolean {
  return serving?.readyAt !== null;
}

const PROMOTED_EARLY = 'The version was promoted before its 8-bit form was measured.';

/** The form in which a version serves; that of one that is not ready is floats, calibrated if they are already. */
export function formToServe({ serving, calibration }: ModelVersionRow): NonNullable<ModelVersionRow['serving']> {
  const form = serving as NonNullable<typeof serving>;
  if (isReady({ serving })) return form;
  const calibrated = toServedCalibration(calibration) !== null;
  return { ...form, ...PLAIN_FORM, reason: PROMOTED_EARLY, calibrated, readyAt: new Date() };
}

/** Why a version is not ready; null if it is. */
export function whyNotReady({ number, model, serving, calibration }: ModelVersionRow): string | null {
  if (isReady({ serving })) return null;
  const lacks = [
    ...(serving?.state === 'PENDING' ? ['its 8-bit form is being measured'] : []),
    ...(isAwaited(calibration) ? ['its calibration is being fitted'] : []),
  ].join(' and ');
  return `Version ${number} of ${model.name} is not ready: ${lacks}.`;
}

/** Refuses a version that is not ready. @throws NOT_READY. */
export function requireReady(row: ModelVersionRow): void {
  const why = whyNotReady(row);
  if (why === null) return;
  const details = { model: row.model.name, version: row.number };
  throw new HubError('NOT_READY', `${why} Wait for it, or promote it now, with 32-bit floats.`, details);
}

/** Reads a version as serving knows it. @throws NOT_FOUND; NOT_READY. */
export async function findServedVersion(prisma: PrismaClient, model: string, number: number): Promise<ServedVersion> {
  const row = await findVersion(prisma, model, number);
  requireReady(row);
  return toServedVersion(row);
}
