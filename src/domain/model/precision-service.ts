import pLimit from 'p-limit';
import { isPlain, type NetworkForm } from '../../engines/network-form.js';
import { HubError, isShuttingDown } from '../../errors.js';
import type { BlobStore } from '../../storage/blobs.js';
import { Prisma, type PrismaClient } from '../../storage/database.js';
import { describeEnvironment } from '../../training/environment.js';
import type { Quantization } from '../../training/job.js';
import type { Actor } from '../actor.js';
import type { ChangeNotices } from '../change/change-notices.js';
import type { AliasDeployer } from '../promotion/alias-deployer.js';
import type { ModelVersion } from './model.js';
import { findVersion, toModelVersion } from './model-version-row.js';
import { decidePrecision, formsOf, isOneOf, NO_FORM, type PrecisionChoice, type RuntimeChoice } from './precision.js';
import {
  decideForm,
  fallBackToFloats,
  findReadiness,
  type ReadinessRow,
  settle,
  writeFormChange,
} from './readiness.js';

const LOST = 'The 8-bit form was lost; it is made again, and serves once it is chosen.';
const UNLOADABLE = 'The chosen form cannot be loaded.';

/** Decides in which form versions serve, from measurements and from what a person chose. */
export class PrecisionService {
  /** Runs changes one at a time, so that each decides by what the previous one wrote. */
  readonly #oneChange = pLimit(1);
  readonly #machine = machineName();

  /** @param margin points of test accuracy that INT8 may lose. */
  constructor(
    private readonly prisma: PrismaClient,
    private readonly blobs: BlobStore,
    private readonly deployer: AliasDeployer,
    private readonly changes: ChangeNotices,
    private readonly margin: number,
  ) {}

  /**
   * Queues forms that are lost, could not be made or, for a version that is not ready, were measured on another machine. To be
   * called before anything serves.
   * @param isShared whether other processes may measure forms, on machines of their own.
   */
  async recover(isShared: boolean): Promise<void> {
    for (const row of await this.prisma.versionServing.findMany()) {
      const { versionId, quantizedBlob } = row;
      const isKept = quantizedBlob !== null && (await isThere(this.blobs, quantizedBlob));
      if (isKept && row.readyAt !== null) continue;
      const again = { state: 'PENDING' } as const;
      await this.prisma.$transaction(async (tx) => {
        if (!isKept && row.precision === 'INT8') await fallBackToFloats(tx, versionId, LOST, again);
        else if (!isKept || (row.measuredOn !== this.#machine && !isShared))
          await tx.versionServing.update({ where: { versionId }, data: again });
        else await settle(tx, versionId, this.margin);
      });
    }
  }

  /**
   * Pins precision and runtime, or lets the figures decide. A version that is ready changes to the decided form, and is calibrated if it can
   * be; one that is not ready yet gets it when it is.
   * @throws NOT_FOUND; CONFLICT while that form is not measured; LIMIT_EXCEEDED when it loses more than the margin.
   */
  async choose(model: string, number: number, choices: FormChoices, actor: Actor): Promise<ModelVersion> {
    const { id } = await findVersion(this.prisma, model, number);
    await this.#oneChange(async () => {
      const before = await findReadiness(this.prisma, id);
      this.#refuseUnlessFit({ ...before, ...choices });
      const form = await this.prisma.$transaction((tx) => this.#write(tx, before, choices, actor));
      const isOther = (['precision', 'runtime', 'calibrated'] as const).some((part) => form[part] !== before[part]);
      if (before.readyAt !== null && isOther) await this.#redeploy(id, model, number, form);
      this.changes.tell('MODEL', model);
    });
    return toModelVersion(await findVersion(this.prisma, model, number));
  }

  /** Stores a new 8-bit form of a version and its figures. */
  async measured(versionId: string, { quantizedBlob, accuracy, otherForms, ...times }: Quantization): Promise<void> {
    const when = { measuredOn: this.#machine, measuredAt: new Date() };
    const others = { otherForms: otherForms === null ? Prisma.DbNull : [...otherForms] };
    const figures = { quantizedBlob, int8Accuracy: accuracy, ...times, ...others, ...when };
    await this.#store(versionId, { state: 'READY', error: null, ...figures });
  }

  /** Stores why a version has no 8-bit form. */
  async failed(versionId: string, error: string): Promise<void> {
    await this.#store(versionId, { state: 'FAILED', error, ...NO_FORM });
  }

  async #store(versionId: string, data: Prisma.VersionServingUpdateInput): Promise<void> {
    await this.#oneChange(async () => {
      const { version } = await this.prisma.$transaction(async (tx) => {
        await tx.versionServing.update({ where: { versionId }, data });
        await settle(tx, versionId, this.margin);
        return findReadiness(tx, versionId);
      });
      this.changes.tell('MODEL', version.model.name);
    });
  }

  #refuseUnlessFit(row: ReadinessRow): void {
    const { testAccuracy } = row.version;
    const decided = decidePrecision(row, testAccuracy, this.margin);
    if (isOneOf(decided, row)) return;
    const form = row.state === 'READY' && formsOf(row, testAccuracy).find((one) => isOneOf(one, row));
    if (!form) throw new HubError('CONFLICT', decided.reason, { state: row.state });
    const details = { margin: this.margin, testAccuracy, accuracy: form.accuracy };
    throw new HubError('LIMIT_EXCEEDED', decided.reason, details);
  }

  /** Writes a choice, and what it decides where the version is ready. @returns the form that serves from now on. */
  async #write(tx: Prisma.TransactionClient, before: ReadinessRow, choices: FormChoices, actor: Actor) {
    const { versionId, readyAt, precision, runtime, reason, calibrated } = before;
    const chosen = { ...choices, chosenBy: actor.name, chosenAt: new Date() };
    const decided =
      readyAt === null
        ? { precision, runtime, reason, calibrated }
        : decideForm({ ...before, ...choices }, this.margin);
    await tx.versionServing.update({ where: { versionId }, data: { ...chosen, ...decided } });
    await writeFormChange(tx, before.version, { from: choicesText(before), to: choicesText(choices) }, decided, actor);
    return decided;
  }

  /** Switches what serves to the form that was chosen. The form before serves on where that one cannot be loaded. */
  async #redeploy(versionId: string, model: string, number: number, form: NetworkForm): Promise<void> {
    try {
      await this.deployer.redeploy(model, number);
    } catch (error) {
      if (isShuttingDown(error) || isPlain(form)) throw error; // the form is loaded at the next start
      const unusable = form.precision === 'INT8' ? ({ state: 'FAILED', error: UNLOADABLE, ...NO_FORM } as const) : {};
      await this.prisma.$transaction((tx) => fallBackToFloats(tx, versionId, UNLOADABLE, unusable));
      throw error;
    }
  }
}

/** What a person chooses. */
export interface FormChoices {
  readonly choice: PrecisionChoice;
  readonly runtimeChoice: RuntimeChoice;
}

/** Choices as the audit names them: "INT8", "INT8 OPENVINO". */
function choicesText({ choice, runtimeChoice }: FormChoices): string {
  return runtimeChoice === 'AUTO' ? choice : `${choice} ${runtimeChoice}`;
}

/** Whether a blob is in the store. A bucket that is away says nothing of it. */
async function isThere(blobs: BlobStore, sha256: string): Promise<boolean> {
  return blobs.has(sha256).catch((error: unknown) => {
    if (error instanceof HubError && error.code === 'BLOBS_UNAVAILABLE') return true;
    throw error;
  });
}

/** The hardware on which the measured times depend. */
export function machineName(): string {
  const { cpu, cores } = describeEnvironment().host;
  return `${cpu}, ${cores} ${cores === 1 ? 'core' : 'cores'}`;
}
