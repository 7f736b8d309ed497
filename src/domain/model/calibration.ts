import type { Calibration } from '../../serving/served-version.js';
import { Prisma } from '../../storage/database.js';
import type { CalibrationFigures } from '../../training/job.js';

type CalibrationRow = Prisma.VersionCalibrationGetPayload<object>;

/** Rows whose version waits to be calibrated. */
export const AWAITED = { figures: { equals: Prisma.DbNull }, error: null } as const;

export function figuresOf(row: CalibrationRow | null): CalibrationFigures | null {
  return (row?.figures ?? null) as CalibrationFigures | null;
}

/** What serving needs of it. */
export function toServedCalibration(row: CalibrationRow | null): Calibration | null {
  const figures = figuresOf(row);
  if (!figures || !row?.outlierBlob) return null;
  const { temperature, outlierDistance } = figures;
  return { temperature, outlierDistance, outlierBlob: row.outlierBlob };
}

/** Why a version is not calibrated; null where it is. */
export function whyNotCalibrated(row: CalibrationRow | null): string | null {
  if (!row) return 'It is from before versions were calibrated.';
  if (row.error) return row.error;
  return figuresOf(row) ? null : 'It is being calibrated.';
}
