import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { HubError } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { PrismaClient } from '../../storage/database.js';
import type { ExportedFile } from '../../training/job.js';
import { type PredictionRow, readRows } from '../../training/prediction-rows.js';
import type { Downloads, MadeFile } from '../downloads.js';
import { notFound } from '../not-found.js';
import { isFinal } from '../run/run-transitions.js';
import { csvOf, jsonLinesOf, writeParquet } from './prediction-files.js';
import type { PredictionFormat } from './prediction-job.js';
import { workOf } from './prediction-job-row.js';

/** The answers of prediction jobs as files. */
export class PredictionResults {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly downloads: Downloads,
  ) {}

  /** @param use sends the file, which is deleted afterwards. @throws NOT_FOUND, also without answers; NOT_READY before the job has ended. */
  async open(id: string, format: PredictionFormat, use: (file: MadeFile) => Promise<void>): Promise<void> {
    const { chunks, classes } = await this.#read(id);
    const rows = (): AsyncGenerator<readonly PredictionRow[]> => this.#rows(chunks);
    const make = async (file: string): Promise<ExportedFile> => {
      if (format === 'parquet') await writeParquet(file, rows(), classes);
      else {
        const text = format === 'csv' ? csvOf(rows(), classes) : jsonLinesOf(rows());
        await pipeline(Readable.from(text), createWriteStream(file, { mode: 0o600 }));
      }
      const hash = createHash('sha256');
      await pipeline(createReadStream(file), hash);
      return { bytes: (await stat(file)).size, sha256: hash.digest('hex') };
    };
    const key = createHash('sha256')
      .update(JSON.stringify([format, classes, chunks]))
      .digest('hex');
    await this.downloads.send(key, `prediction-${id.slice(-6)}.${format}`, make, use);
  }

  /** @throws as `open` does. */
  async check(id: string): Promise<void> {
    await this.#read(id);
  }

  async #read(id: string): Promise<{ readonly chunks: readonly string[]; readonly classes: number }> {
    const include = { chunks: { orderBy: { number: 'asc' } } } as const;
    const row = await this.prisma.predictionJob.findUnique({ where: { id }, include });
    if (!row) throw notFound('prediction job', id);
    if (!isFinal(row.state)) {
      const message = `The prediction is ${row.state}: its answers can be downloaded when it has ended.`;
      throw new HubError('NOT_READY', message, { id, state: row.state });
    }
    if (row.chunks.length === 0) {
      const why = row.error ?? `it is ${row.state} and has classified no photos.`;
      throw new HubError('NOT_FOUND', `The prediction has no answers: ${why}`, { id, state: row.state });
    }
    const classes = Math.min(row.topK, workOf(row).version.labels.length);
    return { chunks: row.chunks.map(({ blob }) => blob), classes };
  }

  async *#rows(chunks: readonly string[]): AsyncGenerator<readonly PredictionRow[]> {
    for (const chunk of chunks) yield await readRows(this.blobs, chunk);
  }
}
