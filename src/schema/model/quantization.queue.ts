import type { LimitFunction } from 'p-limit';
import type { Logger } from 'pino';
import type { PictureSize } from '../../engines/engine.js';
import { HubError } from '../../errors.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import type { QuantizationEvent, QuantizationJob } from '../../training/job.js';
import { recipeSchema } from '../../training/recipe.js';
import type { startQuantization } from '../../training/worker-process.js';
import { Supervision } from '../supervision.js';
import { WorkLoop } from '../work-loop.js';
import type { PrecisionService } from './precision.service.js';

export interface QuantizationParts {
  readonly prisma: PrismaClient;
  readonly blobFolder: string;
  readonly precisions: PrecisionService;
  readonly log: Logger;
  readonly startQuantization: typeof startQuantization;
  /** It takes turns with runs and sweeps: one worker at a time. */
  readonly turn: LimitFunction;
}

const withJobRelations = { version: { include: { run: true, backbone: true, datasetVersion: true } } } as const;
type PendingRow = Prisma.VersionServingGetPayload<{ include: typeof withJobRelations }>;

/** Versions wait here for their 8-bit form. One that was being made when the hub ended waits again when it starts. */
export class QuantizationQueue {
  readonly #loop = new WorkLoop(
    () => this.parts.turn(() => this.#next()),
    (err) => this.parts.log.error({ err }, 'the queue of 8-bit forms cannot go on; it tries again'),
  );
  #current: Supervision<QuantizationEvent> | undefined;

  constructor(private readonly parts: QuantizationParts) {}

  wake(): void {
    this.#loop.wake();
  }

  /** Stops the worker where it is. */
  async close(): Promise<void> {
    const closed = this.#loop.close();
    this.#current?.kill();
    await closed;
  }

  async #next(): Promise<boolean> {
    if (this.#loop.closed) return false;
    const next = await this.parts.prisma.versionServing.findFirst({
      where: { state: 'PENDING' },
      orderBy: { versionId: 'asc' },
      include: withJobRelations,
    });
    if (!next || this.#loop.closed) return false;
    const log = this.parts.log.child({ version: next.versionId });
    this.#current = new Supervision(log);
    try {
      await this.#quantize(next, this.#current);
    } catch (error) {
      if (this.#current.killed) return false;
      if (!(error instanceof HubError)) log.error({ err: error }, 'form with 8 bits cannot be made');
      const message = error instanceof HubError ? error.message : "The hub's log says why.";
      await this.parts.precisions.failed(next.versionId, `The form with 8 bits cannot be made: ${message}`);
    }
    this.#current = undefined;
    return true;
  }

  async #quantize(pending: PendingRow, supervision: Supervision<QuantizationEvent>): Promise<void> {
    const { precisions, startQuantization, blobFolder } = this.parts;
    const job = jobOf(pending, blobFolder);
    const { quantization } = await supervision.finish(() => startQuantization(job));
    await precisions.measured(pending.versionId, quantization);
  }
}

function jobOf({ version }: PendingRow, blobFolder: string): QuantizationJob {
  const { run, backbone, datasetVersion, weightsBlob, preprocessing } = version;
  return {
    manifestBlob: datasetVersion.manifestBlob,
    backboneBlob: backbone.sha256,
    weightsBlob,
    recipe: recipeSchema.parse(run?.recipe ?? {}),
    size: preprocessing as unknown as PictureSize,
    blobFolder,
  };
}
