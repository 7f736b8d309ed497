import type { InputSize } from '../../engines/engine.js';
import type { AliasEventType, ModelType, ModelVersionType } from '../../schema/model/model.type.js';
import type { VersionServingType } from '../../schema/model/version-serving.type.js';
import { TOLERANCE } from '../../serving/self-check.js';
import type { ServedVersion } from '../../serving/served-version.js';
import type { Prisma } from '../../storage/database.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import { figuresOf, toServedCalibration, whyNotCalibrated } from './calibration.js';
import { exportsOf } from './export-facts.js';
import { type Candidate, type GateRule, type GateVerdict, rulesSchema, USUAL_RULES } from './gate.js';
import { toModelImport } from './import-row.js';

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

export const withModelRelations = {
  versions: { include: withVersionRelations, orderBy: { number: 'desc' } },
  aliases: { include: { version: { include: withVersionRelations } }, orderBy: { name: 'asc' } },
} as const;

/** What the audit says of a move besides from and to. */
export interface AliasMoveDetails {
  readonly alias: string;
  readonly gate: readonly GateVerdict[];
  /** Who asked for it, and what the second person said. */
  readonly requestedBy?: string;
  readonly decision?: string;
  /** Id of the trial that ended with it. */
  readonly trial?: string;
}

export type ModelVersionRow = Prisma.ModelVersionGetPayload<{ include: typeof withVersionRelations }>;
type ModelRow = Prisma.ModelGetPayload<{ include: typeof withModelRelations }>;

export function toModelVersion(row: ModelVersionRow): ModelVersionType {
  const { id, number, runId, backbone, testAccuracy, testLoss, createdAt } = row;
  const size = row.preprocessing as unknown as InputSize;
  return {
    id,
    model: row.model.name,
    number,
    runId,
    origin: row.origin && toModelImport(row.origin, number),
    backbone,
    datasetVersion: toDatasetVersion(row.datasetVersion),
    labels: row.labels as string[],
    inputSize: size.input,
    imageSize: size.image,
    testAccuracy,
    testLoss,
    serving: toVersionServing(row),
    exports: exportsOf(row),
    calibration: figuresOf(row.calibration),
    notCalibrated: whyNotCalibrated(row.calibration),
    aliases: row.aliases.map((alias) => alias.name).sort(),
    createdAt,
  };
}

export function toModel(row: ModelRow): ModelType {
  const { id, name, createdAt } = row;
  return {
    id,
    name,
    createdAt,
    versions: row.versions.map(toModelVersion),
    aliases: row.aliases.map((alias) => ({
      name: alias.name,
      version: toModelVersion(alias.version),
      movedAt: alias.updatedAt,
    })),
    gate: [...toRules(row.gate)],
    secondPerson: row.secondPerson,
  };
}

/** What serving needs to know of a version. */
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
    labels: row.labels as string[],
    size: row.preprocessing as unknown as InputSize,
    expected: expectedBlob === null ? null : { blob: expectedBlob, tolerance },
    calibration: toServedCalibration(row.calibration),
  };
}

function toVersionServing({ serving, testAccuracy }: ModelVersionRow): VersionServingType {
  const { versionId: _version, quantizedBlob: _blob, error: _error, ...facts } = serving as NonNullable<typeof serving>;
  return { ...(facts as Omit<VersionServingType, 'fp32Accuracy'>), fp32Accuracy: testAccuracy };
}

/** A move of an alias, as the audit has it. */
export function toAliasEvent(row: Prisma.AuditEventGetPayload<object>): AliasEventType {
  const { alias, gate } = JSON.parse(row.details) as AliasMoveDetails;
  const { from, to, actor, reason, at } = row;
  return {
    id: String(row.number),
    alias,
    from: from === null ? null : Number(from),
    to: Number(to),
    actor,
    reason: reason ?? '',
    overridden: gate.some((check) => !check.passed),
    gate: [...gate],
    createdAt: at,
  };
}

/** What the gate looks at. */
export function toCandidate(row: ModelVersionRow): Candidate {
  const { number, datasetVersionId, testAccuracy, testLoss } = row;
  const calibrated = figuresOf(row.calibration) ? true : null;
  return { number, datasetVersionId, testAccuracy, testLoss, calibrated, selfChecked: null };
}

/** The rules of a model. */
export function toRules(stored: Prisma.JsonValue): readonly GateRule[] {
  return stored === null ? USUAL_RULES : rulesSchema.parse(stored);
}
