import prettyBytes from 'pretty-bytes';
import type { Computer } from '../../engines/open-engine.js';
import { groupBy } from '../../group-by.js';
import { type FirstTrainedLayer, featureShape } from '../../network/networks.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { featureTypeOf } from '../../training/features.js';
import type { FeatureChunk } from '../../training/job.js';

/**
 * Features that runs have computed, cached for later runs within a budget; the least recently used go first. Each engine
 * and device has features of its own, and each kind of processor where machines share the cache: they differ in the last
 * digits, on a graphics card in more.
 */
export class FeatureCache {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    /** In bytes. */
    private readonly budget: number,
    /** Engine and device that compute the features. */
    private readonly computer: Computer,
    /** Kind of the processor, where processes on other machines share the cache. */
    private readonly processor: string | null,
  ) {}

  /** Engine, device and kind of processor of these features, in words. */
  get computedBy(): string {
    return computedBy(this.computer, this.processor);
  }

  /**
   * Deletes other features, the least recently used first, until these fit.
   * @param features key (`featureKey`). @param bytes of all of them. @returns null, or why they cannot be cached.
   */
  async makeRoom(features: string, bytes: number): Promise<string | null> {
    const key = this.#keyOf(features);
    if (!this.holds(bytes)) {
      return `they take ${prettyBytes(bytes)}; the cache is limited to ${prettyBytes(this.budget)} (--feature-cache).`;
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

  /** The chunks under a key, in order; marks them as used now. */
  async use(features: string): Promise<FeatureChunk[]> {
    const key = this.#keyOf(features);
    await this.prisma.featureChunk.updateMany({ where: { key }, data: { lastUsedAt: new Date() } });
    const rows = await this.prisma.featureChunk.findMany({ where: { key }, orderBy: { index: 'asc' } });
    return rows.map(({ index, blob, rows: images }) => ({ index, blob, rows: images }));
  }

  /** The chunks of the first image variants under a key, whatever computed them, marked as used; null unless all are cached. */
  async find(features: string, variants: number): Promise<FeatureChunk[] | null> {
    const rows = await this.prisma.featureChunk.findMany({
      where: { OR: [{ key: features }, { key: { startsWith: `${features} ` } }] },
      orderBy: [{ key: 'asc' }, { index: 'asc' }],
    });
    for (const [key, chunks] of groupBy(rows, (row) => row.key)) {
      const first = firstOf(chunks, variants);
      if (!first) continue;
      await this.prisma.featureChunk.updateMany({ where: { key }, data: { lastUsedAt: new Date() } });
      return first.map(({ index, blob, rows: images }) => ({ index, blob, rows: images }));
    }
    return null;
  }

  /** Number of image variants with features under a key; does not mark them as used. */
  async count(features: string, client: Prisma.TransactionClient = this.prisma): Promise<number> {
    const key = this.#keyOf(features);
    return (await client.featureChunk.aggregate({ where: { key }, _sum: { rows: true } }))._sum.rows ?? 0;
  }

  /** Whether the budget allows this many bytes at all. */
  holds(bytes: number): boolean {
    return bytes <= this.budget;
  }

  async add(
    features: string,
    { index, blob, rows }: FeatureChunk,
    bytes: number,
    client: Prisma.TransactionClient = this.prisma,
  ): Promise<void> {
    const key = this.#keyOf(features);
    const chunk = { blob, rows, bytes: BigInt(bytes) };
    const where = { key_index: { key, index } };
    await client.featureChunk.upsert({ where, create: { key, index, ...chunk }, update: chunk });
  }

  /** Features of ONNX Runtime on the CPU have the plain key, as all had before other engines and machines existed. */
  #keyOf(features: string): string {
    const { name, device } = this.computer;
    const others = [
      ...(name === 'onnx' && device === 'cpu' ? [] : [name, device]),
      ...(device === 'cpu' && this.processor !== null ? [this.processor] : []),
    ];
    return [features, ...others].join(' ');
  }

  async #drop(key: string): Promise<void> {
    const chunks = await this.prisma.featureChunk.findMany({ where: { key }, select: { blob: true } });
    await this.prisma.featureChunk.deleteMany({ where: { key } });
    for (const { blob } of chunks) {
      // Equal features under another key share the blob.
      if ((await this.prisma.featureChunk.count({ where: { blob } })) === 0) await this.blobs.delete(blob);
    }
  }
}

/** The chunks, from the first one on, that hold so many image variants; null when some are missing. */
function firstOf<T extends { readonly index: number; readonly rows: number }>(
  chunks: readonly T[],
  variants: number,
): readonly T[] | null {
  let held = 0;
  for (const [place, { index, rows }] of chunks.entries()) {
    if (index !== place) return null;
    held += rows;
    if (held >= variants) return chunks.slice(0, place + 1);
  }
  return null;
}

/** What features differ by, in words: engine, device and, on a CPU, the kind of processor. */
export function computedBy({ name, device }: Computer, processor: string | null): string {
  return [name, device, ...(device === 'cpu' && processor !== null ? [processor] : [])].join(' ');
}

/** Bytes of the features of one image. */
export function featureBytes(architecture: string, imageSize: number, firstTrainedLayer: FirstTrainedLayer): number {
  const { height, width, channels } = featureShape(architecture, imageSize, firstTrainedLayer);
  return height * width * channels * (featureTypeOf(firstTrainedLayer) === 'float16' ? 2 : 4);
}
