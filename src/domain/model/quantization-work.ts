import type { WorkerProcess } from '../../jobs/worker-process.js';
import type { PrismaClient } from '../../storage/database.js';
import type { QuantizationJob } from '../../training/job.js';
import type { PrecisionService } from './precision-service.js';
import { versionWork } from './version-work.js';

interface Parts {
  readonly prisma: PrismaClient;
  readonly blobFolder: string;
  readonly precisions: PrecisionService;
  readonly start: (job: QuantizationJob) => WorkerProcess<'quantize'>;
}

/** Makes and measures the form with 8 bits. */
export function quantizationWork({ prisma, blobFolder, precisions, start }: Parts) {
  return versionWork<'quantize'>(prisma, blobFolder, {
    what: 'The form with 8 bits',
    waiting: { serving: { state: 'PENDING' } },
    start,
    finished: (versionId, { quantization }) => precisions.measured(versionId, quantization),
    failed: (versionId, why) => precisions.failed(versionId, why),
  });
}
