import type { LimitFunction } from 'p-limit';
import type { Logger } from 'pino';
import type { PictureSize } from '../../engines/engine.js';
import { HubError } from '../../errors.js';
import type { Prisma } from '../../storage/database.js';
import type { QuantizationJob, TaskEnd } from '../../training/job.js';
import { recipeSchema } from '../../training/recipe.js';
import type { WorkerProcess } from '../../training/worker-process.js';
import { Supervision } from '../supervision.js';
import { WorkLoop } from '../work-loop.js';

/** What is looked up of a version of which a worker shall make something. */
export const withJobRelations = { run: true, backbone: true, datasetVersion: true } as const;
type VersionRow = Prisma.ModelVersionGetPayload<{ include: typeof withJobRelations }>;

/** What all work on versions is told. */
export type VersionJob = QuantizationJob;

/** A kind of work that every version waits for once. */
export interface VersionWork<E extends { readonly type: 'finished' }> {
  /** What it makes, for people: "The form with 8 bits". */
  readonly what: string;
  /** The next version that waits for it. */
  next(): Promise<VersionRow | null>;
  start(job: VersionJob): WorkerProcess<E | TaskEnd>;
  /** Keeps what was made. */
  finished(versionId: string, made: E): Promise<void>;
  /** Keeps why there is none. */
  failed(versionId: string, why: string): Promise<void>;
}

interface QueueParts {
  readonly blobFolder: string;
  readonly log: Logger;
  /** It takes turns with runs and sweeps: one worker at a time. */
  readonly turn: LimitFunction;
}

/** Versions wait here for one kind of work. One that was worked on when the hub ended waits again when it starts. */
export class VersionQueue<E extends { readonly type: 'finished' }> {
  readonly #loop: WorkLoop;
  #current: Supervision<E | TaskEnd> | undefined;

  constructor(
    private readonly work: VersionWork<E>,
    private readonly parts: QueueParts,
  ) {
    const { log, turn } = parts;
    this.#loop = new WorkLoop(
      () => turn(() => this.#next()),
      (err) => log.error({ err, work: work.what }, 'the queue of versions cannot go on; it tries again'),
    );
  }

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
    const { work, parts } = this;
    const version = await work.next();
    if (!version || this.#loop.closed) return false;
    const log = parts.log.child({ version: version.id });
    this.#current = new Supervision(log);
    try {
      await this.#make(version, this.#current);
    } catch (error) {
      if (this.#current.killed) return false;
      if (!(error instanceof HubError)) log.error({ err: error, work: work.what }, 'work on a version failed');
      const message = error instanceof HubError ? error.message : "The hub's log says why.";
      await work.failed(version.id, `${work.what} cannot be made: ${message}`);
    }
    this.#current = undefined;
    return true;
  }

  async #make(version: VersionRow, supervision: Supervision<E | TaskEnd>): Promise<void> {
    const job = jobOf(version, this.parts.blobFolder);
    await this.work.finished(version.id, await supervision.finish(() => this.work.start(job)));
  }
}

function jobOf(version: VersionRow, blobFolder: string): VersionJob {
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
