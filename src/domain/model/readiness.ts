import type { Prisma } from '../../storage/database.js';
import { type Actor, HUB_ACTOR } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import { isAwaited, toServedCalibration } from './calibration-row.js';
import { decidePrecision, type Precision } from './precision.js';

/** The form in which a version serves: precision, and whether its calibration is applied. */
export interface ServedForm {
  readonly precision: Precision;
  readonly reason: string;
  readonly calibrated: boolean;
}

const withReadiness = { version: { include: { model: true, calibration: true } } } as const;
export type ReadinessRow = Prisma.VersionServingGetPayload<{ include: typeof withReadiness }>;

/** Reads what decides in which form a version serves. */
export function findReadiness(tx: Prisma.TransactionClient, versionId: string): Promise<ReadinessRow> {
  return tx.versionServing.findUniqueOrThrow({ where: { versionId }, include: withReadiness });
}

/** The form that the figures, or the person who chose one, decide. @param margin points of test accuracy. */
export function decideForm(row: ReadinessRow, margin: number): ServedForm {
  const calibrated = toServedCalibration(row.version.calibration) !== null;
  return { ...decidePrecision(row, row.version.testAccuracy, margin), calibrated };
}

/**
 * Makes a version ready, and decides its form, once its 8-bit form is measured and its calibration has ended. A version that is
 * ready keeps its form whatever is measured later.
 * @returns whether it is ready now and was not before.
 */
export async function settle(tx: Prisma.TransactionClient, versionId: string, margin: number): Promise<boolean> {
  const row = await findReadiness(tx, versionId);
  if (row.readyAt !== null || row.state === 'PENDING' || isAwaited(row.version.calibration)) return false;
  const data = { ...decideForm(row, margin), readyAt: new Date() };
  await tx.versionServing.update({ where: { versionId }, data });
  return true;
}

/**
 * Lets a ready version serve floats because its 8-bit form cannot be loaded, and records it in the audit. The version serves
 * 8 bits again only when someone chooses them.
 */
export async function fallBackToFloats(tx: Prisma.TransactionClient, versionId: string, why: string): Promise<void> {
  const form = { precision: 'FP32', reason: why } as const;
  const { version } = await tx.versionServing.update({ where: { versionId }, data: form, include: withReadiness });
  await writeFormChange(tx, version, { from: 'INT8', to: 'FP32' }, form, HUB_ACTOR);
}

/** Records in the audit that the form of a version was chosen or has changed. */
export async function writeFormChange(
  tx: Prisma.TransactionClient,
  { model: { name: model }, number }: ReadinessRow['version'],
  change: { readonly from: string; readonly to: string },
  form: object,
  actor: Actor,
): Promise<void> {
  const entry = { action: 'PRECISION_CHOSEN', subject: `${model} ${number}`, model, ...change } as const;
  await tx.auditEvent.create({ data: auditRow(actor, { ...entry, details: { ...form } }) });
}
