import { z } from 'zod';
import type { Prisma } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import { ExaminationPhase } from '../../training/job.js';
import { ownerOf } from '../owner.js';
import type { Examination } from './examination.js';

const progress = z.object({
  phase: z.enum(ExaminationPhase),
  done: z.number(),
  total: z.number(),
  secondsLeft: z.number().nullable(),
});
const columns = z.object({ progress: progress.nullable() });

export function toExamination(row: Prisma.ExaminationGetPayload<object>): Examination {
  const { datasetVersionId, state, backboneName, imageSize, mode, findingsBlob, createdAt, startedAt, endedAt } = row;
  return {
    ...{ datasetVersionId, state, imageSize, mode, findingsBlob, createdAt, startedAt, endedAt },
    ...parseColumns(columns, row, `examination of ${datasetVersionId}`),
    backbone: backboneName,
    error: row.errorCode === null ? null : { code: row.errorCode, message: row.error ?? '' },
    owner: ownerOf(row),
  };
}
