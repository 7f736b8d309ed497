import { HubError } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import { Prisma, type PrismaClient } from '../../storage/database.js';
import type { Calibration } from '../../training/job.js';
import type { ChangeNotices } from '../change/change-notices.js';
import { settle } from './readiness.js';

/** Columns of a version that is to be calibrated again. */
const UNCALIBRATED = { figures: Prisma.DbNull, outlierBlob: null, error: null } as const;

/** What a calibration, and the form that is decided with it, must meet. */
export interface CalibrationBounds {
  /** Points of test accuracy that INT8 may lose. */
  readonly int8Margin: number;
  /** Fewest validation images, and fewest test images, on which a calibration may rest. */
  readonly calibrationImages: number;
}

/** Stores calibrations of versions. */
export class CalibrationService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly changes: ChangeNotices,
    private readonly bounds: CalibrationBounds,
  ) {}

  /** Queues calibrations whose blob is lost or damaged again; to be called before anything serves. */
  async recover(): Promise<void> {
    for (const { versionId, outlierBlob } of await this.prisma.versionCalibration.findMany()) {
      if (outlierBlob === null || (await this.#isWhole(outlierBlob))) continue;
      await this.prisma.versionCalibration.update({ where: { versionId }, data: UNCALIBRATED });
    }
  }

  /** Stores a calibration. A version that is ready without it applies it when its form is chosen again. */
  async fitted(versionId: string, { figures, outlierBlob }: Calibration): Promise<void> {
    const { validationImages, testImages } = figures;
    const { calibrationImages: needed } = this.bounds;
    if (Math.min(validationImages, testImages) < needed) {
      const found = `${validationImages} validation and ${testImages} test images`;
      return this.failed(versionId, `The calibration is not used: it rests on ${found}, and needs ${needed} of each.`);
    }
    const stored = { ...figures, testAnswers: { ...figures.testAnswers } };
    await this.#write(versionId, { figures: stored, outlierBlob });
  }

  /** Stores why a version could not be calibrated. */
  async failed(versionId: string, error: string): Promise<void> {
    await this.#write(versionId, { ...UNCALIBRATED, error });
  }

  async #write(versionId: string, data: Prisma.VersionCalibrationUpdateInput): Promise<void> {
    const include = { version: { include: { model: true } } } as const;
    const { version } = await this.prisma.$transaction(async (tx) => {
      const row = await tx.versionCalibration.update({ where: { versionId }, data, include });
      await settle(tx, versionId, this.bounds.int8Margin);
      return row;
    });
    this.changes.tell('MODEL', version.model.name);
  }

  async #isWhole(sha256: string): Promise<boolean> {
    try {
      await this.blobs.get(sha256);
      return true;
    } catch (error) {
      // A bucket that is away says nothing of the blob.
      if (error instanceof HubError) return error.code === 'BLOBS_UNAVAILABLE';
      throw error;
    }
  }
}
