import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Notices } from '../../cluster/notices.js';
import type { Processes } from '../../cluster/processes.js';
import type { IngestProgress } from '../../datasets/pack-images.js';
import { isUniqueViolation, type Prisma, type PrismaClient } from '../../storage/database.js';
import type { Ingestion, IngestionProgress } from './ingestion.js';

/** Milliseconds between two looks at an ingestion of which no notice comes. */
const LOOK_MS = 5000;

export const NO_PROGRESS: IngestProgress = { images: 0, rejected: 0, bytes: 0, share: null };

const progressSchema = z.object({
  images: z.number(),
  rejected: z.number(),
  bytes: z.number(),
  share: z.number().nullable(),
});

interface Row {
  readonly startedAt: Date;
  readonly progress: IngestProgress;
  readonly isEnded: boolean;
}

/** Ingestions in all processes of a hub, as rows: the one that a client asks need not be the one that receives the upload. */
export class SharedIngestions {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly notices: Notices,
    private readonly processes: Pick<Processes, 'id' | 'list'>,
  ) {}

  /** @returns false when an ingestion with this key is under way. */
  async begin(key: string, dataset: string): Promise<boolean> {
    const live = await this.#live();
    const isOver = { OR: [{ isEnded: true }, { processId: { notIn: live } }] };
    await this.prisma.sharedIngestion.deleteMany({ where: { key, ...isOver } });
    try {
      const data = { key, dataset, processId: this.processes.id, progress: { ...NO_PROGRESS } };
      await this.prisma.sharedIngestion.create({ data });
    } catch (error) {
      if (isUniqueViolation(error)) return false;
      throw error;
    }
    this.notices.tell('ingestion', key);
    return true;
  }

  async report(key: string, progress: IngestProgress): Promise<void> {
    await this.#update(key, { progress: { ...progress } });
  }

  /** Writes the end. Rows of ingestions that ended before stay until the next one ends, for those who follow them. */
  async end(key: string, progress: IngestProgress): Promise<void> {
    const live = await this.#live();
    const others = { key: { not: key }, OR: [{ isEnded: true }, { processId: { notIn: live } }] };
    await this.prisma.sharedIngestion.deleteMany({ where: others });
    await this.#update(key, { progress: { ...progress }, isEnded: true });
  }

  /** Those under way, oldest first. */
  async list(): Promise<Ingestion[]> {
    const where = { isEnded: false, processId: { in: await this.#live() } };
    const rows = await this.prisma.sharedIngestion.findMany({ where, orderBy: { startedAt: 'asc' } });
    return rows.map(({ key, dataset, startedAt }) => ({ progressKey: key, dataset, startedAt }));
  }

  /** Asks the process of an ingestion to cancel it. @returns false when none has this key. */
  async cancel(key: string): Promise<boolean> {
    const where = { key, isEnded: false, processId: { in: await this.#live() } };
    const { count } = await this.prisma.sharedIngestion.updateMany({ where, data: { isCancelled: true } });
    this.notices.tell('ingestion', key);
    return count > 0;
  }

  /** Calls a function when another process has cancelled an ingestion of this one. @returns the end of it. */
  onCancel(key: string, cancelled: () => void): () => void {
    return this.notices.on('ingestion', key, () => {
      const read = this.prisma.sharedIngestion.findUnique({ where: { key }, select: { isCancelled: true } });
      void read.then(
        (row) => row?.isCancelled && cancelled(),
        () => undefined, // the database is away: nobody can cancel either
      );
    });
  }

  /** The progress at once, then the progress under a key, which may begin later, until that ingestion ends. */
  async *follow(key: string): AsyncGenerator<IngestionProgress> {
    let news = this.#newsOf(key);
    const first = await this.#read(key);
    let last = first && !first.isEnded ? first : null;
    yield { ...(last?.progress ?? NO_PROGRESS), ended: false };
    for (;;) {
      await news;
      news = this.#newsOf(key);
      const row = await this.#read(key);
      if (row && !row.isEnded) {
        last = row;
        yield { ...row.progress, ended: false };
      } else if (last || (row && row.startedAt.getTime() !== first?.startedAt.getTime())) {
        yield { ...(row ?? last)!.progress, ended: true };
        return;
      }
    }
  }

  /** Resolves at the next notice about an ingestion, or after a while. */
  async #newsOf(key: string): Promise<void> {
    const told = new AbortController();
    const unlisten = this.notices.on('ingestion', key, () => told.abort());
    await sleep(LOOK_MS, undefined, { signal: told.signal, ref: false }).catch(() => undefined);
    unlisten();
  }

  /** An ingestion that is under way or has ended; null when there is none, or its process has died. */
  async #read(key: string): Promise<Row | null> {
    const row = await this.prisma.sharedIngestion.findUnique({ where: { key } });
    if (!row || (!row.isEnded && !(await this.#live()).includes(row.processId))) return null;
    return { startedAt: row.startedAt, progress: progressSchema.parse(row.progress), isEnded: row.isEnded };
  }

  async #update(key: string, data: Prisma.SharedIngestionUpdateManyMutationInput): Promise<void> {
    await this.prisma.sharedIngestion.updateMany({ where: { key, processId: this.processes.id }, data });
    this.notices.tell('ingestion', key);
  }

  async #live(): Promise<string[]> {
    return (await this.processes.list()).filter(({ isLive }) => isLive).map(({ id }) => id);
  }
}
