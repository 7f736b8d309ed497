import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { HubError } from '../../errors.js';
import type { PrismaClient } from '../../storage/database.js';
import { folderSize } from '../../storage/folder-size.js';

/** How much of each there may be. */
export interface LimitSettings {
  /** Requests of one token in a minute. */
  readonly maxRequests: number;
  /** Archives that arrive, or are fetched, at the same time. */
  readonly maxUploads: number;
  /** Runs and sweeps that wait. */
  readonly maxQueuedRuns: number;
  /** Gigabytes of the data folder; undefined for as much as there is. */
  readonly maxDisk?: number | undefined;
}

/** A limit, and how much of it is used. */
export interface Limit {
  readonly name: 'requestsPerMinute' | 'uploads' | 'queuedRuns' | 'diskBytes';
  /** How to set it when a hub is started. */
  readonly option: string;
  /** Null where there is none. */
  readonly limit: number | null;
  readonly used: number;
}

/** Milliseconds for which the size of the data folder is taken as known. */
const DISK_KNOWN = 10_000;
const GIGABYTE = 1e9;

/** Keeps one user from taking what all need. Every refusal is LIMIT_EXCEEDED and names the limit. */
export class Limits {
  readonly #requests: RateLimiterMemory;
  #uploads = 0;
  #disk: { readonly bytes: Promise<number>; readonly at: number } | undefined;

  constructor(
    private readonly settings: LimitSettings,
    private readonly prisma: PrismaClient,
    private readonly dataFolder: string,
  ) {
    this.#requests = new RateLimiterMemory({ points: settings.maxRequests, duration: 60 });
  }

  /** Counts a request of a token. */
  async countRequest(tokenId: string): Promise<void> {
    try {
      await this.#requests.consume(tokenId);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      const limit = await this.#requestsPerMinute(tokenId);
      throw exceeded(limit, 'requests of this token in a minute', Math.ceil(refused.msBeforeNext / 1000));
    }
  }

  /** Lets an archive in, if there is room, for as long as the work on it takes. */
  async upload<T>(work: () => Promise<T>): Promise<T> {
    const limit = this.#uploadsLimit();
    if (limit.used >= this.settings.maxUploads) throw exceeded(limit, 'uploads at the same time', 10);
    this.#uploads += 1;
    try {
      await this.admitData();
      return await work();
    } finally {
      this.#uploads -= 1;
    }
  }

  /** To be asked before a run or sweep is queued. */
  async admitRun(): Promise<void> {
    const limit = await this.#queuedRuns();
    if (limit.used >= this.settings.maxQueuedRuns) throw exceeded(limit, 'runs and sweeps that wait', 60);
    await this.admitData();
  }

  /** To be asked before something is stored that may be large. */
  async admitData(): Promise<void> {
    if (this.settings.maxDisk === undefined) return;
    const limit = await this.#diskBytes();
    if (limit.used >= this.settings.maxDisk * GIGABYTE) throw exceeded(limit, 'bytes in the data folder', 60);
  }

  /** All of them, as a token meets them. */
  async list(tokenId: string): Promise<Limit[]> {
    return Promise.all([this.#requestsPerMinute(tokenId), this.#uploadsLimit(), this.#queuedRuns(), this.#diskBytes()]);
  }

  async #requestsPerMinute(tokenId: string): Promise<Limit> {
    const used = (await this.#requests.get(tokenId))?.consumedPoints ?? 0;
    return { name: 'requestsPerMinute', option: '--max-requests', limit: this.settings.maxRequests, used };
  }

  #uploadsLimit(): Limit {
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
    if (!this.#disk || now - this.#disk.at > DISK_KNOWN) this.#disk = { bytes: folderSize(this.dataFolder), at: now };
    const { maxDisk } = this.settings;
    const limit = maxDisk === undefined ? null : maxDisk * GIGABYTE;
    return { name: 'diskBytes', option: '--max-disk', limit, used: await this.#disk.bytes };
  }
}

/** @param retryAfter seconds after which it is worth another try. */
function exceeded({ name, option, limit, used }: Limit, what: string, retryAfter: number): HubError {
  const message = `The limit ${name} is reached: ${limit} ${what}. Try again later, or start the hub with a higher ${option}.`;
  return new HubError('LIMIT_EXCEEDED', message, { name, limit, used, retryAfter });
}
