import type { PrismaClient } from '../../storage/database.js';
import type { QuantizationEvent } from '../../training/job.js';
import type { startQuantization } from '../../training/worker-process.js';
import type { PrecisionService } from './precision.service.js';
import { type VersionWork, withJobRelations } from './version.queue.js';

type Finished = Extract<QuantizationEvent, { type: 'finished' }>;

/** Makes and measures the form with 8 bits. */
export function quantizationWork(
  prisma: PrismaClient,
  precisions: PrecisionService,
  start: typeof startQuantization,
): VersionWork<Finished> {
  return {
    what: 'The form with 8 bits',
    next: () =>
      prisma.modelVersion.findFirst({
        where: { serving: { state: 'PENDING' } },
        orderBy: { id: 'asc' },
        include: withJobRelations,
      }),
    start: (job) => start(job),
    finished: (versionId, { quantization }) => precisions.measured(versionId, quantization),
    failed: (versionId, why) => precisions.failed(versionId, why),
  };
}
