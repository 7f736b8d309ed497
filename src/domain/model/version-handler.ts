import { type Claim, ClaimLost, type JobHandler, type JobInHand } from '../../jobs/job-handler.js';
import type { Finished, Tasks } from '../../jobs/job-kinds.js';
import type { WaitingJob } from '../../jobs/queue.js';
import type { BlobPlace } from '../../storage/blob-place.js';
import { isMissing, type Prisma, type PrismaClient } from '../../storage/database.js';
import type { QuantizationJob, TaskEnd } from '../../training/job.js';
import { recipeSchema } from '../../training/recipe.js';
import { AWAITED } from './calibration-row.js';
import type { CalibrationService } from './calibration-service.js';
import { labelsOf, sizeOf } from './model-version-row.js';
import type { PrecisionService } from './precision-service.js';

type Kind = 'quantize' | 'calibrate';
const withJobRelations = { run: true, backbone: true, datasetVersion: true } as const;
type VersionRow = Prisma.ModelVersionGetPayload<{ include: typeof withJobRelations }>;

/** What a worker makes once of every version. */
interface Product<K extends Kind> {
  /** For people: "The 8-bit form". */
  readonly name: string;
  /** The versions that wait for it. */
  readonly waiting: Prisma.ModelVersionWhereInput;
  task(job: QuantizationJob): Tasks[K];
  keep(versionId: string, made: Finished<K>): Promise<void>;
  /** Records why the version has no result. */
  refuse(versionId: string, why: string): Promise<void>;
}

class VersionHandler<K extends Kind> implements JobHandler<K> {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobPlace: BlobPlace,
    private readonly product: Product<K>,
  ) {}

  async waiting(): Promise<WaitingJob[]> {
    const { waiting: where } = this.product;
    return this.prisma.modelVersion.findMany({ where, orderBy: { id: 'asc' }, select: { id: true } });
  }

  async take({ id }: Claim): Promise<JobInHand<K> | null> {
    const where = { id, ...this.product.waiting };
    const version = await this.prisma.modelVersion.findFirst({ where, include: withJobRelations });
    if (!version) return null;
    const { name, task, keep, refuse } = this.product;
    return {
      load: async () => task(jobOf(version, this.blobPlace)),
      record: async () => undefined,
      interrupt: async () => undefined, // it has no state of its own
      async end(end: Finished<K> | TaskEnd) {
        try {
          if (end.type === 'finished') return await keep(id, end as Finished<K>);
          const { code, message } = end.type === 'failed' ? end : { code: 'INTERNAL', message: '' };
          await refuse(id, `${name} cannot be made: ${code === 'INTERNAL' ? "The hub's log says why." : message}`);
        } catch (error) {
          throw isMissing(error) ? new ClaimLost() : error; // the version was deleted meanwhile
        }
      },
    };
  }
}

interface Parts {
  readonly prisma: PrismaClient;
  readonly blobPlace: BlobPlace;
}

/** Makes and measures the 8-bit form of versions. */
export function quantizeHandler({ prisma, blobPlace }: Parts, precisions: PrecisionService): JobHandler<'quantize'> {
  return new VersionHandler<'quantize'>(prisma, blobPlace, {
    name: 'The form with 8 bits',
    waiting: { serving: { state: 'PENDING' } },
    task: (job) => job,
    keep: (versionId, { quantization }) => precisions.measured(versionId, quantization),
    refuse: (versionId, why) => precisions.failed(versionId, why),
  });
}

/** Fits the calibration of versions. @param falseAlarmRate share of photos of known classes that may count as outliers. */
export function calibrateHandler(
  { prisma, blobPlace }: Parts,
  calibrations: CalibrationService,
  falseAlarmRate: number,
): JobHandler<'calibrate'> {
  return new VersionHandler<'calibrate'>(prisma, blobPlace, {
    name: 'The calibration',
    waiting: { calibration: AWAITED },
    task: (job) => ({ ...job, falseAlarmRate }),
    keep: (versionId, { calibration }) => calibrations.fitted(versionId, calibration),
    refuse: (versionId, why) => calibrations.failed(versionId, why),
  });
}

function jobOf(version: VersionRow, blobPlace: BlobPlace): QuantizationJob {
  const { run, backbone, datasetVersion, weightsBlob } = version;
  return {
    manifestBlob: datasetVersion.manifestBlob,
    backboneBlob: backbone.sha256,
    weightsBlob,
    labels: [...labelsOf(version)],
    recipe: recipeSchema.parse(run?.recipe ?? {}),
    size: sizeOf(version),
    blobPlace,
  };
}
