import { type NetworkForm, PLAIN_FORM } from '../../engines/network-form.js';
import type { Prisma } from '../../storage/database.js';
import { type Actor, HUB_ACTOR } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import { isAwaited, toServedCalibration } from './calibration-row.js';
import { decidePrecision } from './precision.js';

/** The form in which a version serves, and whether its calibration is applied. */
export interface ServedForm extends NetworkForm {
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
 */
export async function settle(tx: Prisma.TransactionClient, versionId: string, margin: number): Promise<void> {
  const row = await findReadiness(tx, versionId);
  if (row.readyAt !== null || row.state === 'PENDING' || isAwaited(row.version.calibration)) return;
  const data = { ...decideForm(row, margin), readyAt: new Date() };
  await tx.versionServing.update({ where: { versionId }, data });
}

/**
 * Lets a ready version serve floats with ONNX Runtime because its form cannot be loaded, and records it in the audit. The version
 * serves in another form again only when someone chooses it.
 * @param others columns of the 8-bit form to write.
 */
export async function fallBackToFloats(
  tx: Prisma.TransactionClient,
  versionId: string,
  reason: string,
  others: Prisma.VersionServingUpdateInput,
): Promise<ReadinessRow> {
  const form = { ...PLAIN_FORM, reason };
  const data = { ...others, ...form };
  const { precision: from } = await findReadiness(tx, versionId);
  const row = await tx.versionServing.update({ where: { versionId }, data, include: withReadiness });
  await writeFormChange(tx, row.version, { from, to: PLAIN_FORM.precision }, form, HUB_ACTOR);
  return row;
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
