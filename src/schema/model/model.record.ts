import type { PictureSize } from '../../engines/engine.js';
import { FLOAT_TOLERANCE } from '../../serving/self-check.js';
import type { ServedVersion } from '../../serving/served-version.js';
import type { Prisma } from '../../storage/database.js';
import { toDatasetVersion } from '../dataset/dataset.record.js';
import type { GateVerdict } from './gate.js';
import type { AliasEventType, ModelType, ModelVersionType } from './model.type.js';

export const withVersionRelations = {
  model: true,
  backbone: true,
  datasetVersion: { include: { dataset: true } },
  aliases: true,
} as const;

export const withModelRelations = {
  versions: { include: withVersionRelations, orderBy: { number: 'desc' } },
  aliases: { include: { version: { include: withVersionRelations } }, orderBy: { name: 'asc' } },
  events: { include: { fromVersion: true, toVersion: true }, orderBy: { id: 'desc' }, take: 100 },
} as const;

export type ModelVersionRow = Prisma.ModelVersionGetPayload<{ include: typeof withVersionRelations }>;
type ModelRow = Prisma.ModelGetPayload<{ include: typeof withModelRelations }>;

export function toModelVersion(row: ModelVersionRow): ModelVersionType {
  const { id, number, runId, backbone, testAccuracy, testLoss, createdAt } = row;
  const size = row.preprocessing as unknown as PictureSize;
  return {
    id,
    model: row.model.name,
    number,
    runId,
    backbone,
    datasetVersion: toDatasetVersion(row.datasetVersion),
    labels: row.labels as string[],
    inputSize: size.input,
    imageSize: size.image,
    testAccuracy,
    testLoss,
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
    aliasEvents: row.events.map(toAliasEvent),
  };
}

/** What serving needs to know of a version. */
export function toServedVersion(row: ModelVersionRow): ServedVersion {
  return {
    versionId: row.id,
    model: row.model.name,
    number: row.number,
    backboneBlob: row.backbone.sha256,
    weightsBlob: row.weightsBlob,
    labels: row.labels as string[],
    size: row.preprocessing as unknown as PictureSize,
    expected: row.expectedBlob === null ? null : { blob: row.expectedBlob, tolerance: FLOAT_TOLERANCE },
  };
}

function toAliasEvent(row: ModelRow['events'][number]): AliasEventType {
  const gate = row.gate as unknown as GateVerdict[];
  const { id, alias, actor, reason, createdAt } = row;
  return {
    id,
    alias,
    from: row.fromVersion?.number ?? null,
    to: row.toVersion.number,
    actor,
    reason,
    overridden: gate.some((check) => !check.passed),
    gate,
    createdAt,
  };
}
