import type { Prisma } from '../../storage/database.js';
import { parseColumn } from '../json-column.js';
import { checksSchema } from '../model/gate.js';
import { toModelVersion, withVersionRelations } from '../model/model-version-row.js';
import type { PromotionRequest } from './promotion.js';

export const withVersion = { version: { include: withVersionRelations } } as const;

export type PromotionRequestRow = Prisma.PromotionRequestGetPayload<{ include: typeof withVersion }>;

export function toPromotionRequest(row: PromotionRequestRow): PromotionRequest {
  const gate = parseColumn(checksSchema, row.gate, 'promotion_requests.gate', row.id);
  return { ...row, version: toModelVersion(row.version), gate };
}
