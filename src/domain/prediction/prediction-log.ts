import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { v7 as uuid } from 'uuid';
import { z } from 'zod';
import type { Classification } from '../../serving/classifier.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { PrismaClient } from '../../storage/database.js';

/** Answers that wait to be written at most, and the bytes of their photos. */
const [MOST_WAITING, MOST_BYTES] = [2000, 64 * 1024 ** 2];
/** Answers that are written together. */
const BATCH = 200;
/** Milliseconds from one writing to the next, and from one clearing to the next. */
const [WRITE_EVERY, CLEAR_EVERY] = [1000, 3_600_000];
const DAY = 24 * 3_600_000;
/** Photos that are stored at the same time. */
const AT_ONCE = 4;

/** What of a model's answers is kept. */
const settingSchema = z.strictObject({
  /** Share of the answers, 0 to 1; 0 keeps none. */
  sample: z.number().min(0).max(1),
  /** After so many days they are deleted. */
  days: z.number().int().positive(),
  /** Whether the photos themselves are kept too. */
  photos: z.boolean(),
});
export type LogSetting = z.output<typeof settingSchema>;

interface Logged {
  readonly modelId: string;
  readonly setting: LogSetting;
  /** Answers that were to be kept since the hub started, and were not: too many waited. */
  lost: number;
}

interface Entry {
  readonly id: string;
  readonly modelId: string;
  readonly photo: Uint8Array;
  readonly keepPhoto: boolean;
  readonly answer: Classification;
  readonly at: Date;
}

/**
 * Keeps answers, where a model is set to. They are written together, some time after they were given: nobody waits for
 * it, and what would not fit into memory meanwhile is lost and counted.
 */
export class PredictionLog {
  readonly #models = new Map<string, Logged>();
  readonly #waiting: Entry[] = [];
  #bytes = 0;
  /** Writing and deleting take turns: of two rows with the same photo, one may go while the other comes. */
  readonly #oneWriter = pLimit(1);
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly log: Logger,
  ) {}

  /** Learns what is to be kept, deletes what is old, and goes on with both. */
  async start(): Promise<void> {
    await this.load();
    this.#every(WRITE_EVERY, () => this.flush());
    this.#every(CLEAR_EVERY, () => this.clear());
    await this.clear();
  }

  /** To be called when a model's setting has changed. */
  async load(): Promise<void> {
    for (const { id: modelId, name, logging } of await this.prisma.model.findMany()) {
      if (logging === null) continue;
      const { lost = 0 } = this.#models.get(name) ?? {};
      this.#models.set(name, { modelId, setting: settingSchema.parse(logging), lost });
    }
  }

  /** Of a model; null where nothing was ever set. */
  of(model: string): Logged | null {
    return this.#models.get(model) ?? null;
  }

  /** @returns the id under which the answer will be found; null when it is not kept. */
  keep(photo: Uint8Array, answer: Classification): string | null {
    const logged = this.#models.get(answer.version.model);
    if (!logged || Math.random() >= logged.setting.sample) return null;
    if (this.#waiting.length >= MOST_WAITING || this.#bytes + photo.length > MOST_BYTES) {
      logged.lost += 1;
      return null;
    }
    const { modelId, setting } = logged;
    const entry = { id: uuid(), modelId, photo, keepPhoto: setting.photos, answer, at: new Date() };
    this.#waiting.push(entry);
    this.#bytes += photo.length;
    return entry.id;
  }

  /** Writes what waits now. */
  async flush(): Promise<void> {
    if (this.#waiting.length > 0) await this.#oneWriter(() => this.#write());
  }

  /** Deletes what is older than its model says, photos too. */
  async clear(now = new Date()): Promise<void> {
    await this.#oneWriter(async () => {
      for (const { modelId, setting } of this.#models.values()) {
        const where = { modelId, at: { lt: new Date(now.getTime() - setting.days * DAY) } };
        const photos = await this.prisma.loggedPrediction.findMany({
          where: { ...where, photoBlob: { not: null } },
          select: { photoBlob: true },
          distinct: 'photoBlob',
        });
        await this.prisma.loggedPrediction.deleteMany({ where });
        for (const { photoBlob } of photos) await this.#deleteUnused(photoBlob as string);
      }
    });
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.flush();
  }

  async #write(): Promise<void> {
    const oneOfSome = pLimit(AT_ONCE);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH);
      const data = await Promise.all(batch.map((entry) => oneOfSome(() => this.#rowOf(entry))));
      await this.prisma.loggedPrediction.createMany({ data, skipDuplicates: true });
      this.#waiting.splice(0, batch.length); // not before: what cannot be written waits on
      this.#bytes -= batch.reduce((sum, { photo }) => sum + photo.length, 0);
    }
  }

  async #rowOf({ id, modelId, photo, keepPhoto, answer, at }: Entry) {
    const { version, label, top, timing } = answer;
    const kept = keepPhoto ? (await this.blobs.put(photo)).sha256 : null;
    return {
      ...{ id, modelId, versionId: version.versionId, at, label },
      inputHash: kept ?? (await sha256Of(photo)),
      confidence: top[0]?.probability ?? 0,
      milliseconds: timing.total,
      photoBlob: kept,
    };
  }

  async #deleteUnused(photoBlob: string): Promise<void> {
    if ((await this.prisma.loggedPrediction.count({ where: { photoBlob } })) === 0) await this.blobs.delete(photoBlob);
  }

  #every(milliseconds: number, work: () => Promise<void>): void {
    const later = (): void =>
      void work().catch((err: unknown) => this.log.error({ err }, 'predictions cannot be kept; the hub tries again'));
    this.#timers.push(setInterval(later, milliseconds).unref());
  }
}

/** On a thread of the system's: a photo may have many megabytes. */
async function sha256Of(photo: Uint8Array): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', new Uint8Array(photo))).toString('hex');
}
