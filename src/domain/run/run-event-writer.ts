import type { Logger } from 'pino';
import type { CodeVersion } from '../../code-version.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { EpochMetrics } from '../../training/epoch-metrics.js';
import type { TrainingEvent } from '../../training/job.js';
import type { FeatureCache } from './feature-cache.js';
import { judgeReproduction } from './reproduction.js';
import type { RunBlobs } from './run-blobs.js';
import type { EventDetails } from './run-event-row.js';
import type { RunJournal } from './run-journal.js';
import type { RunStates } from './run-states.js';

/** What an event writer writes to. */
export interface EventWriterParts {
  readonly prisma: PrismaClient;
  readonly runBlobs: RunBlobs;
  readonly cache: FeatureCache;
  /** The code that runs. */
  readonly code: Promise<CodeVersion>;
  readonly journal: RunJournal;
  readonly states: RunStates;
  readonly log: Logger;
}

/** Columns from which a run resumes. */
const RESUME_POINT = {
  checkpointBlob: true,
  bestValidationAccuracy: true,
  bestValidationLoss: true,
  epochSeconds: true,
} as const;
type ResumePoint = Prisma.RunGetPayload<{ select: typeof RESUME_POINT }>;

/** Writes every event of a run's worker to the database, then publishes it. */
export class RunEventWriter {
  #known: ResumePoint | undefined;

  constructor(
    private readonly id: string,
    private readonly parts: EventWriterParts,
  ) {}

  /** @param key under which the features are cached. */
  async record(key: string, event: TrainingEvent): Promise<void> {
    const { id } = this;
    const { prisma, states, cache, runBlobs, log } = this.parts;
    switch (event.type) {
      case 'started': {
        const environment = { code: { ...(await this.parts.code) }, ...event.environment };
        await prisma.run.update({ where: { id }, data: { engine: { ...event.engine }, environment } });
        return;
      }
      case 'log':
        log.info({ run: id }, event.message);
        return this.tell({ message: event.message });
      case 'progress': {
        const { type: _, ...progress } = event;
        return this.tell({ progress });
      }
      case 'system':
        return this.tell({ system: event.use });
      case 'features':
        return cache.add(key, event.chunk, event.bytes);
      case 'checkpoint':
        return this.#keepCheckpoint(event.checkpointBlob, event.epochs);
      case 'finished': {
        const { weightsBlob, keptEpoch, test, predictionsBlob, seconds, computedPictures, peakMemoryBytes } = event;
        const { checkpointBlob } = await this.#resumePoint();
        const confusion = test.confusion.map((row) => [...row]);
        const figures = { weightsBlob, keptEpoch, testAccuracy: test.accuracy, testLoss: test.loss, confusion };
        const data = {
          ...figures,
          ...(await judgeReproduction(prisma, id, figures)),
          predictionsBlob,
          computedPictures,
          timings: { ...seconds },
          peakMemoryBytes: BigInt(peakMemoryBytes),
          checkpointBlob: null,
          endedAt: new Date(),
        };
        const cleanUp = async (): Promise<void> => {
          if (checkpointBlob) await runBlobs.deleteUnused(checkpointBlob);
        };
        return states.change(id, 'succeed', data, { cleanUp });
      }
      case 'cancelled':
        return states.change(id, 'cancel', { endedAt: new Date() });
      case 'failed':
        return states.change(id, 'fail', { errorCode: event.code, error: event.message, endedAt: new Date() });
    }
  }

  async tell(details: EventDetails): Promise<void> {
    await this.parts.journal.write(this.id, [details]);
  }

  /** Writes the checkpoint with the epochs that have ended since the previous one, which is deleted. */
  async #keepCheckpoint(checkpointBlob: string, epochs: readonly EpochMetrics[]): Promise<void> {
    const { id } = this;
    const { journal, runBlobs } = this.parts;
    const before = await this.#resumePoint();
    this.#known = epochs.reduce(afterEpoch, { ...before, checkpointBlob });
    const events = epochs.map((epoch) => ({ epoch }));
    await journal.write(id, events, { data: this.#known });
    const old = before.checkpointBlob;
    if (old && old !== checkpointBlob) await runBlobs.deleteUnused(old);
  }

  /** Read once: nothing else changes these columns while the run is running. */
  async #resumePoint(): Promise<ResumePoint> {
    this.#known ??= await this.parts.prisma.run.findUniqueOrThrow({ where: { id: this.id }, select: RESUME_POINT });
    return this.#known;
  }
}

function afterEpoch(point: ResumePoint, { validationAccuracy, validationLoss, seconds }: EpochMetrics): ResumePoint {
  const { bestValidationAccuracy, bestValidationLoss, epochSeconds } = point;
  return {
    ...point,
    bestValidationAccuracy: Math.max(bestValidationAccuracy ?? 0, validationAccuracy),
    bestValidationLoss: Math.min(bestValidationLoss ?? validationLoss, validationLoss),
    epochSeconds: (epochSeconds ?? 0) + seconds,
  };
}
