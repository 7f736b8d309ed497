import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { InputSize } from '../../engines/engine.js';
import { HubError } from '../../errors.js';
import type { startExport } from '../../jobs/worker-process.js';
import { Supervision } from '../../jobs/worker-supervisor.js';
import type { ExportFormat } from '../../schema/model/export.type.js';
import type { PrismaClient } from '../../storage/database.js';
import type { ExportEvent, ExportedFile, ExportJob } from '../../training/job.js';
import { aboutVersion, headOfVersion } from './export-facts.js';
import type { ModelVersionRow } from './model-row.js';
import { findVersion } from './model-version-row.js';

/** How files of a format end. */
const ENDINGS: Readonly<Record<`${ExportFormat}`, string>> = {
  onnx: '.onnx',
  'onnx-int8': '.int8.onnx',
  safetensors: '.safetensors',
  keras: '.h5',
};

/** A model version in a format of others. */
export interface Export extends ExportedFile {
  /** What it should be called. */
  readonly name: string;
  readonly content: Readable;
}

interface ExportParts {
  readonly prisma: PrismaClient;
  readonly blobFolder: string;
  /** Folder for files while they are sent. */
  readonly temporary: string;
  readonly startExport: typeof startExport;
  readonly log: Logger;
}

/** Writes model versions in formats of others, one after the other, each in a process of its own. */
export class ExportService {
  readonly #oneAtATime = pLimit(1);
  #current: Supervision<ExportEvent> | undefined;

  constructor(private readonly parts: ExportParts) {}

  /**
   * @param use sends the file; it is gone behind it. @param signal when nobody waits for it any more.
   * @throws NOT_FOUND, also for the form with 8 bits of a version that has none.
   */
  async open(
    version: { readonly model: string; readonly number: number; readonly format: `${ExportFormat}` },
    use: (file: Export) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { model, number, format } = version;
    const row = await findVersion(this.parts.prisma, model, number);
    const name = `${model}-${number}${ENDINGS[format]}`;
    const file = join(this.parts.temporary, `${randomUUID()}${ENDINGS[format]}`);
    try {
      const job = this.#jobOf(row, format, file);
      const exported = await this.#oneAtATime(() => this.#write(job, signal));
      await use({ ...exported, name, content: createReadStream(file) });
    } finally {
      await rm(file, { force: true });
    }
  }

  /** To be called when nobody waits any more. */
  close(): void {
    this.#current?.kill();
  }

  /** @throws what stood in the way, or the signal's reason. */
  async #write(job: ExportJob, signal: AbortSignal): Promise<ExportedFile> {
    signal.throwIfAborted();
    const supervision = new Supervision<ExportEvent>(this.parts.log);
    this.#current = supervision;
    const kill = (): void => supervision.kill();
    signal.addEventListener('abort', kill);
    try {
      return (await supervision.finish(() => this.parts.startExport(job))).exported;
    } finally {
      signal.removeEventListener('abort', kill);
      this.#current = undefined;
    }
  }

  #jobOf(row: ModelVersionRow, format: `${ExportFormat}`, file: string): ExportJob {
    const quantizedBlob = row.serving?.quantizedBlob ?? null;
    if (format === 'onnx-int8' && quantizedBlob === null) {
      const message = `Version ${row.number} of ${row.model.name} has no form with 8 bits: ${row.serving?.reason}`;
      throw new HubError('NOT_FOUND', message, { model: row.model.name, version: row.number, format });
    }
    return {
      format,
      backboneBlob: row.backbone.sha256,
      weightsBlob: row.weightsBlob,
      quantizedBlob,
      size: row.preprocessing as unknown as InputSize,
      dropout: headOfVersion(row).dropout,
      about: aboutVersion(row),
      file,
      blobFolder: this.parts.blobFolder,
    };
  }
}
