import type { WorkerProcess } from '../../jobs/worker-process.js';
import type { PrismaClient } from '../../storage/database.js';
import type { CalibrationJob } from '../../training/job.js';
import { AWAITED } from './calibration-row.js';
import type { CalibrationService } from './calibration-service.js';
import { versionWork } from './version-work.js';

interface Parts {
  readonly prisma: PrismaClient;
  readonly blobFolder: string;
  readonly calibrations: CalibrationService;
  readonly start: (job: CalibrationJob) => WorkerProcess<'calibrate'>;
  /** Of photos that do show a class. */
  readonly falseAlarmRate: number;
}

/** Finds out how sure the answers of a version may be. */
export function calibrationWork({ prisma, blobFolder, calibrations, start, falseAlarmRate }: Parts) {
  return versionWork<'calibrate'>(prisma, blobFolder, {
    what: 'The calibration',
    waiting: { calibration: AWAITED },
    start: (job) => start({ ...job, falseAlarmRate }),
    finished: (versionId, { calibration }) => calibrations.fitted(versionId, calibration),
    failed: (versionId, why) => calibrations.failed(versionId, why),
  });
}
