import { type Claim, ClaimLost, type JobHandler, type JobInHand } from '../../jobs/job-handler.js';
import type { Finished } from '../../jobs/job-kinds.js';
import type { HeldJobs, WaitingJob } from '../../jobs/queue.js';
import type { BlobPlace } from '../../storage/blob-place.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { ExaminationEvent, ExaminationJob, Job, TaskEnd } from '../../training/job.js';
import type { Recipe } from '../../training/recipe.js';
import type { BackboneRow, BackboneService } from '../backbone/backbone-service.js';
import type { ChangeNotices } from '../change/change-notices.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import type { FeatureCache } from '../run/feature-cache.js';
import { featuresOf } from '../run/run-features.js';
import { comparedRecipe, foldRecipe } from './examination-recipes.js';

interface ExamineParts {
  readonly prisma: PrismaClient;
  readonly blobPlace: BlobPlace;
  readonly compute: Job['compute'];
  readonly backbones: Pick<BackboneService, 'require' | 'network'>;
  readonly cache: FeatureCache;
  readonly changes: ChangeNotices;
}

const withVersion = { datasetVersion: { include: { dataset: true } } } as const;
type Row = Prisma.ExaminationGetPayload<{ include: typeof withVersion }>;

/** Examines dataset versions. */
export class ExamineHandler implements JobHandler<'examine'> {
  constructor(private readonly parts: ExamineParts) {}

  async waiting(held: HeldJobs): Promise<WaitingJob[]> {
    const { examination } = this.parts.prisma;
    const idsIn = async (state: 'QUEUED' | 'RUNNING'): Promise<string[]> => {
      const rows = await examination.findMany({ where: { state }, orderBy: { createdAt: 'asc' } });
      return rows.map(({ datasetVersionId }) => datasetVersionId);
    };
    const running = await idsIn('RUNNING');
    const run = await held(running);
    const left = { datasetVersionId: { in: running.filter((id) => !run.has(id)) }, state: 'RUNNING' } as const;
    await examination.updateMany({ where: left, data: { state: 'QUEUED' } });
    return (await idsIn('QUEUED')).map((id) => ({ id }));
  }

  async take(claim: Claim): Promise<ExaminationInHand | null> {
    const { prisma, changes } = this.parts;
    const where = { datasetVersionId: claim.id };
    const row = await prisma.$transaction(async (tx) => {
      const { count } = await tx.examination.updateMany({
        where: { ...where, state: { in: ['QUEUED', 'RUNNING'] } },
        data: { state: 'RUNNING', attempt: { increment: 1 } },
      });
      if (count === 0) return null;
      await tx.examination.updateMany({ where: { ...where, startedAt: null }, data: { startedAt: new Date() } });
      return tx.examination.findUniqueOrThrow({ where, include: withVersion });
    });
    if (!row) return null;
    changes.tell('DATASET', row.datasetVersion.dataset.name);
    return new ExaminationInHand(row, claim, this.parts);
  }
}

/** An examination under its claim. */
class ExaminationInHand implements JobInHand<'examine'> {
  /** Keys of the features in the cache. */
  readonly #features = { comparison: '', networks: '' };
  /** Blobs with the answers of the networks that are trained. */
  #answers: readonly string[];

  constructor(
    private readonly row: Row,
    private readonly claim: Claim,
    private readonly parts: ExamineParts,
  ) {
    this.#answers = row.foldBlobs;
  }

  async load(): Promise<ExaminationJob> {
    const { backbones, blobPlace, compute } = this.parts;
    const { backboneName, imageSize, mode, datasetVersion } = this.row;
    const backbone = await backbones.require(backboneName, () => undefined, this.claim.signal);
    const { size, ...compared } = await this.#cached('comparison', comparedRecipe(imageSize), backbone);
    const thorough = async () => {
      const recipe = foldRecipe(await backbones.network(backboneName), imageSize);
      return { ...(await this.#cached('networks', recipe, backbone)), answers: [...this.#answers] };
    };
    return {
      manifestBlob: datasetVersion.manifestBlob,
      backboneBlob: backbone.sha256,
      ...{ size, ...compared, blobPlace, compute, parentBlob: null, checkpointBlob: null },
      thorough: mode === 'THOROUGH' ? await thorough() : null,
    };
  }

  /** The cached features that a recipe needs. */
  async #cached(of: 'comparison' | 'networks', recipe: Recipe, backbone: BackboneRow) {
    const { cache } = this.parts;
    const { key, size, bytes } = featuresOf(recipe, toDatasetVersion(this.row.datasetVersion), backbone);
    this.#features[of] = key;
    const uncached = await cache.makeRoom(key, bytes);
    return { recipe, size, uncached, featureChunks: uncached === null ? await cache.use(key) : [] };
  }

  async record(event: Exclude<ExaminationEvent, Finished<'examine'> | TaskEnd>): Promise<void> {
    if (event.type === 'features') return this.parts.cache.add(this.#features[event.of], event.chunk, event.bytes);
    if (event.type === 'log') return this.claim.log.info(event.message);
    if (event.type === 'fold') {
      this.#answers = [...this.#answers, event.answersBlob];
      return this.#write({ foldBlobs: [...this.#answers] });
    }
    const { phase, done, total, secondsLeft } = event;
    await this.#write({ progress: { phase, done, total, secondsLeft } });
  }

  async end(end: Finished<'examine'> | TaskEnd): Promise<void> {
    const ended = { endedAt: new Date(), foldBlobs: [] };
    if (end.type === 'finished') {
      await this.#write({ ...ended, state: 'SUCCEEDED', findingsBlob: end.findingsBlob });
    } else if (end.type === 'cancelled') await this.#write({ ...ended, state: 'CANCELLED' });
    else await this.#write({ ...ended, state: 'FAILED', errorCode: end.code, error: end.message });
  }

  interrupt(): Promise<void> {
    return this.#write({ state: 'QUEUED' });
  }

  async #write(data: Prisma.ExaminationUncheckedUpdateManyInput): Promise<void> {
    const { datasetVersionId, attempt, datasetVersion } = this.row;
    const where = { datasetVersionId, attempt, state: 'RUNNING' } as const;
    const { count } = await this.parts.prisma.examination.updateMany({ where, data });
    if (count === 0) throw new ClaimLost();
    this.parts.changes.tell('DATASET', datasetVersion.dataset.name);
  }
}
