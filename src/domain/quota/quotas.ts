import type { PrismaClient } from '../../storage/database.js';
import { folderSize } from '../../storage/folder-size.js';
import { type Limit, limitExceeded } from './limit.js';

/** Settings of the quotas. */
export interface QuotaSettings {
  /** Archives that are received or downloaded at the same time. */
  readonly maxUploads: number;
  /** Runs and sweeps in the queue. */
  readonly maxQueuedRuns: number;
  /** Gigabytes of the data folder; undefined for unlimited. */
  readonly maxDisk?: number | undefined;
}

/** Milliseconds for which the measured size of the data folder is used. */
const DISK_CACHED = 10_000;
const GIGABYTE = 1e9;

/** Quotas of the hub, which keep one user from taking everything. Every refusal is LIMIT_EXCEEDED and names the quota. */
export class Quotas {
  #uploads = 0;
  /** Uploads by actor. */
  readonly #uploadsOf = new Map<string, number>();
  #disk: { readonly bytes: Promise<number>; readonly at: number } | undefined;

  constructor(
    private readonly settings: QuotaSettings,
    private readonly prisma: PrismaClient,
    private readonly dataFolder: string,
  ) {}

  /**
   * Runs work that receives an archive, counted as one upload until it ends.
   * @param actor name of the token, which may have half of all uploads. @throws LIMIT_EXCEEDED.
   */
  async upload<T>(actor: string, work: () => Promise<T>): Promise<T> {
    const { maxUploads } = this.settings;
    const quota = this.#uploadQuota();
    if (quota.used >= maxUploads) throw limitExceeded(quota, 'uploads at the same time', 10);
    const own = { ...quota, limit: Math.ceil(maxUploads / 2), used: this.#uploadsOf.get(actor) ?? 0 };
    if (own.used >= own.limit) throw limitExceeded(own, 'uploads of this token at the same time', 10);
    this.#count(actor, 1);
    try {
      await this.admitData();
      return await work();
    } finally {
      this.#count(actor, -1);
    }
  }

  #count(actor: string, change: 1 | -1): void {
    this.#uploads += change;
    const own = (this.#uploadsOf.get(actor) ?? 0) + change;
    if (own === 0) this.#uploadsOf.delete(actor);
    else this.#uploadsOf.set(actor, own);
  }

  /** Call it before queuing runs or a sweep. @throws LIMIT_EXCEEDED. */
  async admitRuns(count = 1): Promise<void> {
    const quota = await this.#queuedRuns();
    if (quota.used + count > this.settings.maxQueuedRuns) throw limitExceeded(quota, 'runs and sweeps that wait', 60);
    await this.admitData();
  }

  /** Call it before storing data that may be large. @throws LIMIT_EXCEEDED. */
  async admitData(): Promise<void> {
    if (this.settings.maxDisk === undefined) return;
    const quota = await this.#diskBytes();
    if (quota.used >= this.settings.maxDisk * GIGABYTE) throw limitExceeded(quota, 'bytes in the data folder', 60);
  }

  async list(): Promise<Limit[]> {
    return Promise.all([this.#uploadQuota(), this.#queuedRuns(), this.#diskBytes()]);
  }

  #uploadQuota(): Limit {
    return { name: 'uploads', option: '--max-uploads', limit: this.settings.maxUploads, used: this.#uploads };
  }

  async #queuedRuns(): Promise<Limit> {
    const where = { state: 'QUEUED' } as const;
    const [runs, sweeps] = await Promise.all([this.prisma.run.count({ where }), this.prisma.sweep.count({ where })]);
    const limit = this.settings.maxQueuedRuns;
    return { name: 'queuedRuns', option: '--max-queued-runs', limit, used: runs + sweeps };
  }

  async #diskBytes(): Promise<Limit> {
    const now = Date.now();
    if (!this.#disk || now - this.#disk.at > DISK_CACHED) this.#disk = { bytes: folderSize(this.dataFolder), at: now };
    const { maxDisk } = this.settings;
    const limit = maxDisk === undefined ? null : maxDisk * GIGABYTE;
    return { name: 'diskBytes', option: '--max-disk', limit, used: await this.#disk.bytes };
  }
}
