import { createHash } from 'node:crypto';
import { HubError } from '../../errors.js';
import type { Runner } from '../../jobs/runner.js';
import { PACKAGE } from '../../package.js';
import type { BlobPlace } from '../../storage/blob-place.js';
import type { PrismaClient } from '../../storage/database.js';
import type { ExportFormat } from '../../training/export-formats.js';
import type { ExportedFile, ExportJob } from '../../training/job.js';
import type { Downloads, MadeFile } from '../downloads.js';
import { hasKerasForm, metadataOf } from './model-export.js';
import { findVersion, type ModelVersionRow, sizeOf, toModelVersion } from './model-version-row.js';

/** File name extensions, by format. */
const ENDINGS: Readonly<Record<ExportFormat, string>> = {
  onnx: '.onnx',
  'onnx-int8': '.int8.onnx',
  safetensors: '.safetensors',
  keras: '.h5',
};

interface ExportParts {
  readonly prisma: PrismaClient;
  readonly blobPlace: BlobPlace;
  readonly runner: Pick<Runner, 'run'>;
  readonly downloads: Downloads;
}

/** Writes model versions in the formats of other programs, each in a process of its own. */
export class ExportService {
  constructor(private readonly parts: ExportParts) {}

  /**
   * @param use sends the file, which is deleted afterwards. @param signal when nobody waits for it any more.
   * @throws NOT_FOUND, also for the 8-bit form or the Keras file of a version that has none.
   */
  async open(
    version: { readonly model: string; readonly number: number; readonly format: ExportFormat },
    use: (file: MadeFile) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { model, number, format } = version;
    const row = await findVersion(this.parts.prisma, model, number);
    const name = `${model}-${number}${ENDINGS[format]}`;
    const { downloads, runner } = this.parts;
    const make = async (file: string): Promise<ExportedFile> =>
      (await runner.run('export', this.#jobOf(row, format, file), signal)).exported;
    await downloads.send(keyOf(this.#jobOf(row, format, '')), name, make, use);
  }

  /** @throws NOT_FOUND, as `open` does. */
  async check({
    model,
    number,
    format,
  }: {
    readonly model: string;
    readonly number: number;
    readonly format: ExportFormat;
  }) {
    this.#jobOf(await findVersion(this.parts.prisma, model, number), format, '');
  }

  #jobOf(row: ModelVersionRow, format: ExportFormat, file: string): ExportJob {
    const quantizedBlob = row.serving?.quantizedBlob ?? null;
    if (format === 'onnx-int8' && quantizedBlob === null) {
      const message = `Version ${row.number} of ${row.model.name} has no form with 8 bits: ${row.serving?.reason}`;
      throw new HubError('NOT_FOUND', message, { model: row.model.name, version: row.number, format });
    }
    const version = toModelVersion(row);
    if (format === 'keras' && !hasKerasForm(version)) {
      const message = `Version ${row.number} of ${row.model.name} has no Keras file: Keras has no ${version.backbone.architecture}. Choose onnx or safetensors.`;
      throw new HubError('NOT_FOUND', message, { model: row.model.name, version: row.number, format });
    }
    return {
      format,
      backboneBlob: row.backbone.sha256,
      weightsBlob: row.weightsBlob,
      quantizedBlob,
      size: sizeOf(row),
      about: metadataOf(version),
      file,
      blobPlace: this.parts.blobPlace,
    };
  }
}

/** Identifies the bytes of an exported file: the same version in the same format is made once a day. */
function keyOf({ file: _, blobPlace: __, ...inputs }: ExportJob): string {
  return createHash('sha256')
    .update(JSON.stringify([PACKAGE.version, inputs]))
    .digest('hex');
}
