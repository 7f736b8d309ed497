import type { Prisma } from '../../storage/database.js';
import type { Prediction } from './prediction.js';

export const withVersion = { version: { select: { id: true, number: true, labels: true } } } as const;
export type PredictionRow = Prisma.LoggedPredictionGetPayload<{ include: typeof withVersion }>;

export function toPrediction({ version, ...row }: PredictionRow): Prediction {
  return { ...row, version: version.number };
}
