import { HubError } from '../../errors.js';
import type { Finished } from '../../jobs/job-kinds.js';
import type { WorkerProcess } from '../../jobs/worker-process.js';
import type { QueuedWork } from '../../jobs/worker-queue.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { QuantizationJob } from '../../training/job.js';
import { recipeSchema } from '../../training/recipe.js';
import { sizeOf } from './model-version-row.js';

const withJobRelations = { run: true, backbone: true, datasetVersion: true } as const;
type VersionRow = Prisma.ModelVersionGetPayload<{ include: typeof withJobRelations }>;

/** What all work on versions is told. */
type VersionJob = QuantizationJob;

/** What a worker makes once of every version. */
interface Making<K extends 'quantize' | 'calibrate'> {
  /** For people: "The form with 8 bits". */
  readonly what: string;
  /** Which versions wait for it. */
  readonly waiting: Prisma.ModelVersionWhereInput;
  start(job: VersionJob): WorkerProcess<K>;
  /** Keeps what was made. */
  finished(versionId: string, made: Finished<K>): Promise<void>;
  /** Keeps why there is none. */
  failed(versionId: string, why: string): Promise<void>;
}

export function versionWork<K extends 'quantize' | 'calibrate'>(
  prisma: PrismaClient,
  blobFolder: string,
  { what, waiting, start, finished, failed }: Making<K>,
): QueuedWork<VersionRow, K> {
  return {
    what,
    next: () => prisma.modelVersion.findFirst({ where: waiting, orderBy: { id: 'asc' }, include: withJobRelations }),
    async work(version, supervision) {
      await finished(version.id, await supervision.finish(() => start(jobOf(version, blobFolder))));
    },
    async failed({ id }, error) {
      const message = error instanceof HubError ? error.message : "The hub's log says why.";
      await failed(id, `${what} cannot be made: ${message}`);
    },
  };
}

function jobOf(version: VersionRow, blobFolder: string): VersionJob {
  const { run, backbone, datasetVersion, weightsBlob } = version;
  return {
    manifestBlob: datasetVersion.manifestBlob,
    backboneBlob: backbone.sha256,
    weightsBlob,
    recipe: recipeSchema.parse(run?.recipe ?? {}),
    size: sizeOf(version),
    blobFolder,
  };
}
