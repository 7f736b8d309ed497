import type { PrismaClient } from '../../storage/database.js';
import type { TrustEvent } from '../../training/job.js';
import type { startTrust } from '../../training/worker-process.js';
import { AWAITED } from './calibration.js';
import type { CalibrationService } from './calibration.service.js';
import { type VersionWork, withJobRelations } from './version.queue.js';

type Finished = Extract<TrustEvent, { type: 'finished' }>;

/** Finds out how sure the answers of a version may be. @param falseAlarmRate of photos that do show a class. */
export function calibrationWork(
  prisma: PrismaClient,
  calibrations: CalibrationService,
  start: typeof startTrust,
  falseAlarmRate: number,
): VersionWork<Finished> {
  return {
    what: 'The calibration',
    next: () =>
      prisma.modelVersion.findFirst({
        where: { calibration: AWAITED },
        orderBy: { id: 'asc' },
        include: withJobRelations,
      }),
    start: (job) => start({ ...job, falseAlarmRate }),
    finished: (versionId, { trust }) => calibrations.fitted(versionId, trust),
    failed: (versionId, why) => calibrations.failed(versionId, why),
  };
}
