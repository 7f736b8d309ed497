import type { startQuantization } from '../../jobs/worker-process.js';
import type { PrismaClient } from '../../storage/database.js';
import type { PrecisionService } from './precision-service.js';
import { versionWork } from './version-work.js';

interface Parts {
  readonly prisma: PrismaClient;
  readonly blobFolder: string;
  readonly precisions: PrecisionService;
  readonly startQuantization: typeof startQuantization;
}

/** Makes and measures the form with 8 bits. */
export function quantizationWork({ prisma, blobFolder, precisions, startQuantization }: Parts) {
  return versionWork(prisma, blobFolder, {
    what: 'The form with 8 bits',
    waiting: { serving: { state: 'PENDING' } },
    start: (job) => startQuantization(job),
    finished: (versionId, { quantization }) => precisions.measured(versionId, quantization),
    failed: (versionId, why) => precisions.failed(versionId, why),
  });
}
