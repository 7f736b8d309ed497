import type { startTrust } from '../../jobs/worker-process.js';
import type { PrismaClient } from '../../storage/database.js';
import { AWAITED } from './calibration.js';
import type { CalibrationService } from './calibration-service.js';
import { versionWork } from './version-work.js';

interface Parts {
  readonly prisma: PrismaClient;
  readonly blobFolder: string;
  readonly calibrations: CalibrationService;
  readonly startTrust: typeof startTrust;
  /** Of photos that do show a class. */
  readonly falseAlarmRate: number;
}

/** Finds out how sure the answers of a version may be. */
export function calibrationWork({ prisma, blobFolder, calibrations, startTrust, falseAlarmRate }: Parts) {
  return versionWork(prisma, blobFolder, {
    what: 'The calibration',
    waiting: { calibration: AWAITED },
    start: (job) => startTrust({ ...job, falseAlarmRate }),
    finished: (versionId, { trust }) => calibrations.fitted(versionId, trust),
    failed: (versionId, why) => calibrations.failed(versionId, why),
  });
}
