import { z } from 'zod';
import type { Prisma } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import { checksSchema } from '../model/gate.js';
import { toModelVersion, withVersionRelations } from '../model/model-version-row.js';
import type { PromotionRequest } from './promotion.js';

export const withVersion = { version: { include: withVersionRelations } } as const;

export type PromotionRequestRow = Prisma.PromotionRequestGetPayload<{ include: typeof withVersion }>;

const gateColumn = z.object({ gate: checksSchema });

export function toPromotionRequest(row: PromotionRequestRow): PromotionRequest {
  const { gate } = parseColumns(gateColumn, row, `promotion request ${row.id}`);
  return { ...row, version: toModelVersion(row.version), gate };
}
