import { HubError } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import { Prisma, type PrismaClient } from '../../storage/database.js';
import type { Calibration } from '../../training/job.js';
import type { ChangeNotices } from '../change/change-notices.js';
import type { PromotionService } from '../promotion/promotion-service.js';

/** Columns of a version that is to be calibrated again. */
const UNCALIBRATED = { figures: Prisma.DbNull, outlierBlob: null, error: null } as const;

/** Stores calibrations of versions and applies them to what serves. */
export class CalibrationService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly promotions: PromotionService,
    private readonly changes: ChangeNotices,
  ) {}

  /** Queues calibrations whose blob is lost or damaged again; to be called before anything serves. */
  async recover(): Promise<void> {
    for (const { versionId, outlierBlob } of await this.prisma.versionCalibration.findMany()) {
      if (outlierBlob === null || (await this.#isWhole(outlierBlob))) continue;
      await this.prisma.versionCalibration.update({ where: { versionId }, data: UNCALIBRATED });
    }
  }

  /** Stores a calibration. A version that serves applies it from now on; its network stays loaded. */
  async fitted(versionId: string, { figures, outlierBlob }: Calibration): Promise<void> {
    const { model, number } = await this.#write(versionId, {
      figures: { ...figures, testAnswers: { ...figures.testAnswers } },
      outlierBlob,
    });
    await this.promotions.redeploy(model.name, number);
  }

  /** Stores why a version could not be calibrated. */
  async failed(versionId: string, error: string): Promise<void> {
    await this.#write(versionId, { ...UNCALIBRATED, error });
  }

  async #write(versionId: string, data: Prisma.VersionCalibrationUpdateInput) {
    const include = { version: { include: { model: true } } } as const;
    const { version } = await this.prisma.versionCalibration.update({ where: { versionId }, data, include });
    this.changes.tell('MODEL', version.model.name);
    return version;
  }

  async #isWhole(sha256: string): Promise<boolean> {
    try {
      await this.blobs.get(sha256);
      return true;
    } catch (error) {
      if (error instanceof HubError) return false;
      throw error;
    }
  }
}
