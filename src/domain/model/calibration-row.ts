import { z } from 'zod';
import type { Calibration } from '../../serving/served-version.js';
import { Prisma } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';

type CalibrationRow = Prisma.VersionCalibrationGetPayload<object>;

const spreadSchema = z.object({
  classes: z.array(z.number()).readonly(),
  confidences: z.array(z.number()).readonly(),
});

const figuresSchema = z.object({
  temperature: z.number(),
  eceBefore: z.number(),
  eceAfter: z.number(),
  validationImages: z.number(),
  testImages: z.number(),
  heldOut: z.boolean(),
  outlierDistance: z.number(),
  falseAlarmRate: z.number(),
  testFalseAlarmRate: z.number(),
  /** Null in rows that were written before it was stored. */
  testAnswers: spreadSchema.readonly().nullable().default(null),
});

const figuresColumn = z.object({ figures: figuresSchema.nullable() });

/** Calibration of a version's probabilities, as it is stored: fitted on validation images, measured on test images. */
export type StoredCalibration = Readonly<z.output<typeof figuresSchema>>;

/** Selects rows whose version waits to be calibrated. */
export const AWAITED = { figures: { equals: Prisma.DbNull }, error: null } as const;

/** The figures of a version; null while it is not calibrated. */
export function figuresOf(row: CalibrationRow | null): StoredCalibration | null {
  return row && parseColumns(figuresColumn, row, `the calibration of model version ${row.versionId}`).figures;
}

/** The calibration as serving applies it. */
export function toServedCalibration(row: CalibrationRow | null): Calibration | null {
  const figures = figuresOf(row);
  if (!figures || !row?.outlierBlob) return null;
  const { temperature, outlierDistance } = figures;
  return { temperature, outlierDistance, outlierBlob: row.outlierBlob };
}

/** Why a version is not calibrated; null where it is. */
export function whyNotCalibrated(row: CalibrationRow | null): string | null {
  if (!row) return 'The version was registered before versions were calibrated.';
  if (row.error) return row.error;
  return row.figures === null ? 'The version is being calibrated.' : null;
}
