import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import { fingerprintOfPixels } from '../../datasets/image-facts.js';
import { HubError } from '../../errors.js';
import type { AnsweredPhoto, AnswerLog, Compared, Unlogged } from '../../serving/answer-log.js';
import { marginOf } from '../../serving/postprocessor.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { isImageBlobUsed, OldManifests } from '../image-blob-use.js';
import { keepJudgedCounts } from '../rollout/judged-counts.js';
import { ExpiredAnswers } from './expired-answers.js';
import type { DeletedPhoto } from './photo-deletion.js';
import { lockReviews } from './review-reservation.js';
import { noteComparisons, queueAnswers } from './review-score.js';

/** Most answers in memory that are not yet written, and most bytes of their photos. */
const [MOST_WAITING, MOST_BYTES] = [2000, 64 * 1024 ** 2];
/** Answers written in one statement. */
const BATCH = 200;
/** Milliseconds between writes. A timer, not a job, since it flushes the memory of this process. */
const WRITE_EVERY = 1000;
/** Photos stored at the same time. */
const AT_ONCE = 4;

/** Setting of the answers that a model keeps. */
const settingSchema = z.strictObject({
  /** Share of the answers, 0 to 1; 0 keeps none. */
  sample: z.number().min(0).max(1),
  /** Days after which they are deleted. */
  days: z.number().int().positive(),
  /** Whether encoded photos are stored too; pixels never are. */
  photos: z.boolean(),
  /** Days after which photos are deleted, at most `days`; null for `days`. */
  photoDays: z.number().int().positive().nullable().default(null),
});
export type LogSetting = z.output<typeof settingSchema>;

/** Whether a model keeps photos, by its column `logging`. */
export function keepsPhotos(logging: unknown): boolean {
  return logging !== null && settingSchema.parse(logging).photos;
}

interface Logged {
  readonly modelId: string;
  readonly setting: LogSetting;
  /** Answers that were sampled since the hub started but not written, because too many were waiting. */
  lost: number;
}

interface Entry {
  readonly id: string;
  readonly modelId: string;
  readonly bytes: Uint8Array;
  readonly keepPhoto: boolean;
  readonly fingerprint: string | null;
  readonly rollout: string | null;
  readonly requestId: string | null;
  readonly answer: Unlogged;
  readonly at: Date;
}

/**
 * Keeps a sample of the answers of models with a setting. No request waits for it: answers are written in batches, once
 * a second. Those that do not fit in memory until then are dropped and counted.
 */
export class PredictionLog implements AnswerLog {
  readonly #models = new Map<string, Logged>();
  readonly #waiting: Entry[] = [];
  #bytes = 0;
  /** Comparisons of kept answers that are not yet written. */
  #compared: Compared[] = [];
  /** Serializes writes and deletions: a row that is being written may refer to the same photo as a deleted row. */
  readonly #oneWriter = pLimit(1);
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly log: Logger,
  ) {}

  /** Reads the settings, and starts to write new answers. Upkeep deletes old ones. */
  async start(): Promise<void> {
    await this.load();
    const flush = (): void =>
      void this.flush().catch((err: unknown) =>
        this.log.error({ err }, 'predictions could not be written; the hub will retry'),
      );
    this.#timer = setInterval(flush, WRITE_EVERY).unref();
  }

  /** Reads the settings, again after each change. */
  async load(): Promise<void> {
    const models = await this.prisma.model.findMany();
    const before = new Map(this.#models);
    this.#models.clear(); // of those that were deleted
    for (const { id: modelId, name, logging } of models) {
      if (logging === null) continue;
      const { lost = 0 } = before.get(name) ?? {};
      this.#models.set(name, { modelId, setting: settingSchema.parse(logging), lost });
    }
  }

  /** The setting of a model; null when it was never set. */
  of(model: string): Logged | null {
    return this.#models.get(model) ?? null;
  }

  keep({ form, bytes, pixels, rollout, requestId }: AnsweredPhoto, answer: Unlogged): string | null {
    const logged = this.#models.get(answer.version.model);
    if (!logged || Math.random() >= logged.setting.sample) return null;
    if (this.#waiting.length >= MOST_WAITING || this.#bytes + bytes.length > MOST_BYTES) {
      logged.lost += 1;
      return null;
    }
    const { modelId, setting } = logged;
    const keepPhoto = setting.photos && form === 'encoded';
    const fingerprint = keepPhoto ? fingerprintOfPixels(pixels, Math.sqrt(pixels.length / 3)) : null;
    const entry = { id: uuid(), modelId, bytes, keepPhoto, fingerprint, rollout, requestId, answer, at: new Date() };
    this.#waiting.push(entry);
    this.#bytes += bytes.length;
    return entry.id;
  }

  /** Remembers what another version answered to kept photos. Comparisons that do not fit in memory are dropped. */
  compared(answers: readonly Compared[]): void {
    const room = MOST_WAITING - this.#compared.length;
    this.#compared.push(...answers.filter(({ predictionId }) => predictionId !== null).slice(0, room));
  }

  /** Writes the waiting answers and comparisons now. */
  async flush(): Promise<void> {
    if (this.#waiting.length + this.#compared.length > 0) await this.#oneWriter(() => this.#write());
  }

  /** Does what writes answers with photos, while this process deletes none. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.#oneWriter(work);
  }

  /**
   * Deletes answers, with their photos, and photos alone, that are older than the setting of their model allows.
   * @param signal ends it after the batch under way.
   */
  async clear({
    now = new Date(),
    signal,
  }: {
    readonly now?: Date;
    readonly signal?: AbortSignal;
  } = {}): Promise<void> {
    const { prisma, blobs, log } = this;
    const manifests = new OldManifests(prisma, blobs, log);
    const expired = new ExpiredAnswers({ prisma, blobs, manifests, alone: (work) => this.alone(work), signal });
    for (const { modelId, setting } of [...this.#models.values()]) await expired.delete(modelId, setting, now);
  }

  /** The given hashes that answers are about. */
  async photos(hashes: readonly string[]): Promise<string[]> {
    const where = await this.#ofPhotos(hashes);
    const rows = await this.prisma.loggedPrediction.findMany({
      ...{ where, select: { inputHash: true }, distinct: 'inputHash' },
    });
    return rows.map(({ inputHash }) => inputHash);
  }

  /**
   * Deletes photos at once and for good, with all answers to them and their judgments. Who reviews one finds it gone.
   * @param record writes the audit, in the same transaction.
   * @returns counts of what was deleted, and the photos whose files are left since a backup began meanwhile.
   * @throws CONFLICT during a backup, which keeps every file.
   */
  async deletePhotos(
    hashes: readonly string[],
    record: (tx: Prisma.TransactionClient, deleted: readonly DeletedPhoto[]) => Promise<void>,
  ): Promise<{ readonly photos: readonly DeletedPhoto[]; readonly undeleted: readonly string[] }> {
    return this.#oneWriter(async () => {
      await this.#write();
      if (this.blobs.isKept) {
        const message = 'A backup is being made and keeps every file until it has ended: delete the photos then.';
        throw new HubError('CONFLICT', message);
      }
      const where = await this.#ofPhotos(hashes);
      const photos = await this.prisma.$transaction(async (tx) => {
        const models = await tx.loggedPrediction.groupBy({ by: ['modelId'], where });
        for (const modelId of models.map((row) => row.modelId).sort()) {
          await lockReviews(tx, modelId);
          await keepJudgedCounts(tx, modelId, { photos: hashes });
        }
        const deleted = await countsOf(tx, hashes, where);
        await tx.loggedPrediction.deleteMany({ where });
        await record(tx, deleted);
        return deleted;
      });
      const undeleted: string[] = [];
      for (const sha256 of photos.filter(({ wasKept }) => wasKept).map((photo) => photo.sha256)) {
        if (await isImageBlobUsed(this.prisma, this.blobs, sha256)) continue;
        await this.blobs.erase(sha256);
        if (await this.blobs.has(sha256)) undeleted.push(sha256);
      }
      return { photos, undeleted };
    });
  }

  /** The condition on answers to photos, of whatever model: with the models, an index has it. */
  async #ofPhotos(hashes: readonly string[]): Promise<Prisma.LoggedPredictionWhereInput> {
    const models = await this.prisma.model.findMany({ select: { id: true } });
    return { modelId: { in: models.map(({ id }) => id) }, inputHash: { in: [...hashes] } };
  }

  /** Writes the waiting answers and stops. Without the database they are lost. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const lost = (err: unknown): void =>
      this.log.error({ err, lost: this.#waiting.length }, 'predictions were not written and are lost');
    await this.flush().catch(lost);
  }

  async #write(): Promise<void> {
    const oneOfSome = pLimit(AT_ONCE);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH);
      const kept = await this.#ofVersionsThatAreLeft(batch);
      const data = await Promise.all(kept.map((entry) => oneOfSome(() => this.#rowOf(entry))));
      await this.prisma.$transaction(async (tx) => {
        await tx.loggedPrediction.createMany({ data, skipDuplicates: true });
        await queueAnswers(tx, data);
      });
      this.#waiting.splice(0, batch.length); // only now, so that answers that could not be written keep waiting
      this.#bytes -= batch.reduce((sum, { bytes }) => sum + bytes.length, 0);
    }
    const compared = [...this.#compared];
    if (compared.length === 0) return;
    await noteComparisons(this.prisma, compared);
    this.#compared.splice(0, compared.length);
  }

  /** Answers of a version that was deleted meanwhile are dropped. */
  async #ofVersionsThatAreLeft(batch: readonly Entry[]): Promise<readonly Entry[]> {
    const ids = [...new Set(batch.map(({ answer }) => answer.version.versionId))];
    const left = await this.prisma.modelVersion.findMany({ where: { id: { in: ids } }, select: { id: true } });
    const known = new Set(left.map(({ id }) => id));
    return batch.filter(({ answer }) => known.has(answer.version.versionId));
  }

  async #rowOf({ id, modelId, bytes, keepPhoto, fingerprint, rollout, requestId, answer, at }: Entry) {
    const { version, label, top, timing, outlierScore } = answer;
    const kept = keepPhoto ? (await this.blobs.put(bytes)).sha256 : null;
    return {
      ...{ id, modelId, versionId: version.versionId, requestId, at, label },
      inputHash: kept ?? (await sha256Of(bytes)),
      confidence: top[0]?.probability ?? 0,
      ...{ margin: marginOf(answer.probabilities), outlierScore, fingerprint },
      milliseconds: timing.total,
      ...version.form,
      photoBlob: kept,
      rolloutId: rollout,
    };
  }
}

/** What the log has of each photo. @param where the condition on their answers. */
async function countsOf(
  tx: Prisma.TransactionClient,
  hashes: readonly string[],
  where: Prisma.LoggedPredictionWhereInput,
): Promise<DeletedPhoto[]> {
  const answers = await tx.loggedPrediction.findMany({
    where,
    select: {
      ...{ inputHash: true, photoBlob: true, model: { select: { name: true } } },
      _count: { select: { judgments: true, reservations: true, skips: true } },
    },
  });
  return hashes.map((sha256) => {
    const own = answers.filter(({ inputHash }) => inputHash === sha256);
    const sum = (what: 'judgments' | 'reservations' | 'skips'): number =>
      own.reduce((total, { _count }) => total + _count[what], 0);
    return {
      sha256,
      models: [...new Set(own.map(({ model }) => model.name))].sort(),
      answers: own.length,
      ...{ judgments: sum('judgments'), reservations: sum('reservations'), skips: sum('skips') },
      wasKept: own.some(({ photoBlob }) => photoBlob !== null),
    };
  });
}

/** Hashes on a system thread, since a photo can have many megabytes. */
async function sha256Of(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString('hex');
}
