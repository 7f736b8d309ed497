import { z } from 'zod';
import type { Prisma } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import { ownerOf } from '../owner.js';
import { DEFAULT_RULES, type GateRule, rulesSchema } from './gate.js';
import type { Model } from './model.js';
import { toModelVersion, withVersionRelations } from './model-version-row.js';

export const withModelRelations = {
  versions: { include: withVersionRelations, orderBy: { number: 'desc' } },
  aliases: { include: { version: { include: withVersionRelations } }, orderBy: { name: 'asc' } },
} as const;

const gateColumn = z.object({ gate: rulesSchema.nullable() });

type ModelRow = Prisma.ModelGetPayload<{ include: typeof withModelRelations }>;

export function toModel(row: ModelRow): Model {
  const { id, name, secondPerson, archivedAt, createdAt } = row;
  return {
    id,
    name,
    owner: ownerOf(row),
    createdAt,
    versions: row.versions.map(toModelVersion),
    aliases: row.aliases.map((alias) => ({
      name: alias.name,
      version: toModelVersion(alias.version),
      movedAt: alias.updatedAt,
    })),
    gate: rulesOf(row),
    secondPerson,
    archivedAt,
  };
}

/** The gate rules of a model. */
export function rulesOf(row: Pick<ModelRow, 'id' | 'gate'>): readonly GateRule[] {
  return parseColumns(gateColumn, row, `model ${row.id}`).gate ?? DEFAULT_RULES;
}
