import pLimit from 'p-limit';
import { HubError, isShuttingDown } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { describeEnvironment } from '../../training/environment.js';
import type { Quantization } from '../../training/job.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { ChangeNotices } from '../change/change-notices.js';
import type { PromotionService } from '../promotion/promotion-service.js';
import type { ModelVersion } from './model.js';
import { findVersion, toModelVersion } from './model-version-row.js';
import { decidePrecision, type PrecisionChoice } from './precision.js';

/** Columns of a version that has no 8-bit form. */
const NO_FORM = { quantizedBlob: null, int8Accuracy: null, fp32Milliseconds: null, int8Milliseconds: null };

/** Decides in which form versions serve, from measurements and from what a person chose. */
export class PrecisionService {
  /** Runs changes one at a time, so that each decides by what the previous one wrote. */
  readonly #oneChange = pLimit(1);
  readonly #machine = machineName();

  /** @param margin points of test accuracy that INT8 may lose. */
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly promotions: PromotionService,
    private readonly changes: ChangeNotices,
    private readonly margin: number,
  ) {}

  /**
   * Decides by the present margin; to be called before anything serves. A form that was measured on another machine, is lost
   * or could not be made is queued again.
   */
  async recover(): Promise<void> {
    for (const row of await this.prisma.versionServing.findMany({ include: { version: true } })) {
      const { quantizedBlob, measuredOn } = row;
      const holds = quantizedBlob !== null && measuredOn === this.#machine && (await this.blobs.has(quantizedBlob));
      const state = holds ? 'READY' : 'PENDING';
      const decision = decidePrecision({ ...row, state }, row.version.testAccuracy, this.margin);
      const { versionId } = row;
      await this.prisma.versionServing.update({ where: { versionId }, data: { state, ...decision } });
    }
  }

  /**
   * Pins one form, or lets the figures decide.
   * @throws NOT_FOUND; CONFLICT while there is no 8-bit form; LIMIT_EXCEEDED when INT8 loses more than the margin.
   */
  async choose(model: string, number: number, choice: PrecisionChoice, actor: Actor): Promise<ModelVersion> {
    const { id } = await findVersion(this.prisma, model, number);
    await this.#oneChange(async () => {
      if (choice === 'INT8') await this.#refuseUnlessFit(id);
      await this.#change(id, { choice, chosenBy: actor.name, chosenAt: new Date() }, actor);
    });
    return toModelVersion(await findVersion(this.prisma, model, number));
  }

  /** Stores a new 8-bit form of a version and its figures; it serves at once where the decision is INT8. */
  async measured(versionId: string, { quantizedBlob, accuracy, ...times }: Quantization): Promise<void> {
    const when = { measuredOn: this.#machine, measuredAt: new Date() };
    const figures = { quantizedBlob, int8Accuracy: accuracy, ...times, ...when };
    await this.#oneChange(() => this.#change(versionId, { state: 'READY', error: null, ...figures }));
  }

  /** Stores why a version has no 8-bit form. */
  async failed(versionId: string, error: string): Promise<void> {
    await this.#oneChange(() => this.#change(versionId, { state: 'FAILED', error, ...NO_FORM }));
  }

  async #refuseUnlessFit(versionId: string): Promise<void> {
    const row = await this.prisma.versionServing.findUniqueOrThrow({
      where: { versionId },
      include: { version: true },
    });
    const { testAccuracy } = row.version;
    const { precision, reason } = decidePrecision({ ...row, choice: 'INT8' }, testAccuracy, this.margin);
    if (precision === 'INT8') return;
    if (row.int8Accuracy === null || row.state !== 'READY')
      throw new HubError('CONFLICT', reason, { state: row.state });
    const details = { margin: this.margin, testAccuracy, int8Accuracy: row.int8Accuracy };
    throw new HubError('LIMIT_EXCEEDED', reason, details);
  }

  /** Writes, decides, and switches the form that serves, already warm, if the decision changed. @param actor who chose. */
  async #change(versionId: string, data: Prisma.VersionServingUpdateInput, actor?: Actor): Promise<void> {
    const { model, number, isOther, precision } = await this.#write(versionId, data, actor);
    try {
      if (isOther) await this.promotions.redeploy(model, number);
    } catch (error) {
      if (isShuttingDown(error)) throw error; // the form is loaded at the next start
      // The previous form continues to serve; the one that cannot be loaded is made again at the next start.
      const why = 'The 8-bit form cannot be loaded.';
      if (precision === 'INT8') await this.#change(versionId, { state: 'FAILED', error: why, ...NO_FORM });
      throw error;
    } finally {
      this.changes.tell('MODEL', model);
    }
  }

  async #write(versionId: string, data: Prisma.VersionServingUpdateInput, actor?: Actor) {
    return this.prisma.$transaction(async (tx) => {
      const where = { versionId };
      const before = await tx.versionServing.findUniqueOrThrow({ where });
      const include = { version: { include: { model: true } } };
      const row = await tx.versionServing.update({ where, data, include });
      const { number, testAccuracy } = row.version;
      const model = row.version.model.name;
      const decision = decidePrecision(row, testAccuracy, this.margin);
      await tx.versionServing.update({ where, data: { ...decision } });
      if (actor) {
        const change = { from: before.choice, to: row.choice, details: { ...decision } };
        const entry = { action: 'PRECISION_CHOSEN', subject: `${model} ${number}`, model, ...change } as const;
        await tx.auditEvent.create({ data: auditRow(actor, entry) });
      }
      return { model, number, precision: decision.precision, isOther: decision.precision !== before.precision };
    });
  }
}

/** The hardware on which the measured times depend. */
export function machineName(): string {
  const { cpu, cores } = describeEnvironment().host;
  return `${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}`;
}
