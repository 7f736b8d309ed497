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

/** Whether a version waits to be calibrated. */
export function isAwaited(row: CalibrationRow | null): boolean {
  return row !== null && row.figures === null && row.error === null;
}

/** The figures of a version; null while it is not calibrated, and where its answers were not numbers. */
export function figuresOf(row: CalibrationRow | null): StoredCalibration | null {
  if (row === null || lacksFigures(row)) return null;
  return parseColumns(figuresColumn, row, `the calibration of model version ${row.versionId}`).figures;
}

/** Whether an older hub stored figures that are not numbers, which JSON makes null. */
function lacksFigures({ figures }: CalibrationRow): boolean {
  const { testAnswers: _, ...numbers } = z.record(z.string(), z.unknown()).catch({}).parse(figures);
  return Object.values(numbers).includes(null);
}

/** The calibration as serving applies it. A temperature that makes the error worse is left out. */
export function toServedCalibration(row: CalibrationRow | null): Calibration | null {
  const figures = figuresOf(row);
  if (!figures || !row?.outlierBlob) return null;
  const { outlierDistance } = figures;
  const temperature = isWorse(figures) ? null : figures.temperature;
  return { temperature, outlierDistance, outlierBlob: row.outlierBlob };
}

const isWorse = ({ eceBefore, eceAfter }: StoredCalibration): boolean => eceAfter > eceBefore;

/** Why the probabilities of a version are not calibrated; null if they are. */
export function whyNotCalibrated(row: CalibrationRow | null): string | null {
  if (!row) return 'The version was registered before versions were calibrated.';
  if (row.error) return row.error;
  const figures = figuresOf(row);
  if (lacksFigures(row)) return 'The answers of the version are not numbers.';
  if (figures === null) return 'The version is being calibrated.';
  const { eceBefore, eceAfter } = figures;
  if (isWorse(figures)) {
    return `The temperature is not used: it raises the calibration error from ${eceBefore.toFixed(4)} to ${eceAfter.toFixed(4)}.`;
  }
  return null;
}
