import pLimit from 'p-limit';
import { HubError } from '../../errors.js';
import type { ModelVersionType } from '../../schema/model/model.type.js';
import type { BlobStore } from '../../storage/blobs.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { describeEnvironment } from '../../training/environment.js';
import type { Quantization } from '../../training/job.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { ChangeNotices } from '../change/change-notices.js';
import type { PromotionService } from '../promotion/promotion-service.js';
import { toModelVersion } from './model-row.js';
import { findVersion } from './model-version-row.js';
import { decidePrecision, type ServingFacts } from './precision.js';

/** Of a form that there is not. */
const NOTHING = { quantizedBlob: null, int8Accuracy: null, fp32Milliseconds: null, int8Milliseconds: null };

/** In which form versions serve: what was measured, what was chosen, and what follows. */
export class PrecisionService {
  /** Changes follow one another, so that each decides by what the one before has written. */
  readonly #oneChange = pLimit(1);
  readonly #machine = machineName();

  /** @param margin points of test accuracy that 8 bits may cost. */
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly promotions: PromotionService,
    private readonly changes: ChangeNotices,
    private readonly margin: number,
  ) {}

  /**
   * Before anything serves: decides by the present margin. What was measured on another machine, is lost, or could not be
   * made is to be made and measured anew.
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

  /** Lets the figures decide, or pins one form. @throws NOT_FOUND, CONFLICT, or LIMIT_EXCEEDED when 8 bits cost too much. */
  async choose(model: string, number: number, choice: ServingFacts['choice'], by: Actor): Promise<ModelVersionType> {
    const { id } = await findVersion(this.prisma, model, number);
    await this.#oneChange(async () => {
      if (choice === 'INT8') await this.#refuseUnlessFit(id);
      await this.#change(id, { choice, chosenBy: by.name, chosenAt: new Date() }, by);
    });
    return toModelVersion(await findVersion(this.prisma, model, number));
  }

  /** Keeps what came of making the 8-bit form of a version, and lets it serve where it should. */
  async measured(versionId: string, { quantizedBlob, accuracy, ...times }: Quantization): Promise<void> {
    const when = { measuredOn: this.#machine, measuredAt: new Date() };
    const figures = { quantizedBlob, int8Accuracy: accuracy, ...times, ...when };
    await this.#oneChange(() => this.#change(versionId, { state: 'READY', error: null, ...figures }));
  }

  /** Keeps why a version has no 8-bit form. */
  async failed(versionId: string, error: string): Promise<void> {
    await this.#oneChange(() => this.#change(versionId, { state: 'FAILED', error, ...NOTHING }));
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

  /** Writes, decides, and switches what serves, warm, if that is another form now. @param by who chose. */
  async #change(versionId: string, data: Prisma.VersionServingUpdateInput, by?: Actor): Promise<void> {
    const { model, number, isOther, precision } = await this.#write(versionId, data, by);
    try {
      if (isOther) await this.promotions.redeploy(model, number);
    } catch (error) {
      // What served before does so still; the form that cannot be loaded is made anew at the next start.
      const why = 'The form with 8 bits cannot be loaded.';
      if (precision === 'INT8') await this.#change(versionId, { state: 'FAILED', error: why, ...NOTHING });
      throw error;
    } finally {
      this.changes.tell('MODEL', model);
    }
  }

  async #write(versionId: string, data: Prisma.VersionServingUpdateInput, by?: Actor) {
    return this.prisma.$transaction(async (tx) => {
      const where = { versionId };
      const before = await tx.versionServing.findUniqueOrThrow({ where });
      const include = { version: { include: { model: true } } };
      const row = await tx.versionServing.update({ where, data, include });
      const { number, testAccuracy } = row.version;
      const model = row.version.model.name;
      const decision = decidePrecision(row, testAccuracy, this.margin);
      await tx.versionServing.update({ where, data: { ...decision } });
      if (by) {
        const change = { from: before.choice, to: row.choice, details: { ...decision } };
        const entry = { action: 'PRECISION_CHOSEN', subject: `${model} ${number}`, model, ...change } as const;
        await tx.auditEvent.create({ data: auditRow(by, entry) });
      }
      return { model, number, precision: decision.precision, isOther: decision.precision !== before.precision };
    });
  }
}

/** On what the figures depend. */
function machineName(): string {
  const { cpu, cores } = describeEnvironment().host;
  return `${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}`;
}
