import prettyBytes from 'pretty-bytes';
import { type SplitLayer, splitShape } from '../../network/inception-v3.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { PrismaClient } from '../../storage/database.js';
import { featureTypeOf } from '../../training/features.js';
import type { FeatureChunk } from '../../training/job.js';

/** Features that runs have computed, kept for later runs within a budget; what was used last is kept longest. */
export class FeatureCache {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    /** In bytes. */
    private readonly budget: number,
  ) {}

  /**
   * Drops features of other keys, those that were not used for longest first, until these fit.
   * @param bytes of all features of the key. @returns null, or why they cannot be kept.
   */
  async makeRoom(key: string, bytes: number): Promise<string | null> {
    if (!this.holds(bytes)) {
      return `they would take ${prettyBytes(bytes)} and the cache may hold ${prettyBytes(this.budget)} (--feature-cache).`;
    }
    const others = await this.prisma.featureChunk.groupBy({
      by: ['key'],
      where: { key: { not: key } },
      _sum: { bytes: true },
      _max: { lastUsedAt: true },
      orderBy: { _max: { lastUsedAt: 'asc' } },
    });
    let kept = others.reduce((sum, other) => sum + Number(other._sum.bytes), 0);
    for (const other of others) {
      if (kept + bytes <= this.budget) break;
      await this.#drop(other.key);
      kept -= Number(other._sum.bytes);
    }
    return null;
  }

  /** What there is under a key, in order; it counts as used now. */
  async use(key: string): Promise<FeatureChunk[]> {
    await this.prisma.featureChunk.updateMany({ where: { key }, data: { lastUsedAt: new Date() } });
    const rows = await this.prisma.featureChunk.findMany({ where: { key }, orderBy: { index: 'asc' } });
    return rows.map(({ index, blob, rows: images }) => ({ index, blob, rows: images }));
  }

  /** Pictures whose features are there under a key. Changes nothing. */
  async count(key: string): Promise<number> {
    return (await this.prisma.featureChunk.aggregate({ where: { key }, _sum: { rows: true } }))._sum.rows ?? 0;
  }

  /** Whether so many bytes can be kept at all. */
  holds(bytes: number): boolean {
    return bytes <= this.budget;
  }

  async add(key: string, { index, blob, rows }: FeatureChunk, bytes: number): Promise<void> {
    const chunk = { blob, rows, bytes: BigInt(bytes) };
    const where = { key_index: { key, index } };
    await this.prisma.featureChunk.upsert({ where, create: { key, index, ...chunk }, update: chunk });
  }

  async #drop(key: string): Promise<void> {
    const chunks = await this.prisma.featureChunk.findMany({ where: { key }, select: { blob: true } });
    await this.prisma.featureChunk.deleteMany({ where: { key } });
    for (const { blob } of chunks) {
      // Equal features of another key are the same blob.
      if ((await this.prisma.featureChunk.count({ where: { blob } })) === 0) await this.blobs.delete(blob);
    }
  }
}

/** Bytes of the features of one image. */
export function featureBytes(architecture: string, imageSize: number, split: SplitLayer): number {
  const { height, width, channels } = splitShape(architecture, imageSize, split);
  return height * width * channels * (featureTypeOf(split) === 'float16' ? 2 : 4);
}
