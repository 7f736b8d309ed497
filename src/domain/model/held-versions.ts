import { HubError } from '../../errors.js';
import type { Prisma } from '../../storage/database.js';
import { modelNotFound, notFound, versionNotFound } from '../not-found.js';

/** Most references that a refusal names. */
const NAMED = 5;

/**
 * Refuses a change of versions that something holds: an alias, a running rollout, or a promotion request that waits.
 * @param versions the versions to change. @param change for people: "Version 2 of pets cannot be deleted".
 * @throws CONFLICT naming what holds them.
 */
export async function refuseIfHeld(
  tx: Prisma.TransactionClient,
  versions: Prisma.ModelVersionWhereInput,
  change: string,
): Promise<void> {
  const version = { select: { number: true } } as const;
  const aliases = await tx.alias.findMany({ where: { version: versions }, include: { version } });
  const rollouts = await tx.rollout.findMany({
    where: { state: 'RUNNING', OR: [{ version: versions }, { present: versions }] },
    include: { version },
  });
  const requests = await tx.promotionRequest.findMany({
    where: { state: 'WAITING', version: versions },
    include: { version },
  });
  const holders = [
    ...aliases.map((alias) => `the alias ${alias.name} points to version ${alias.version.number}`),
    ...rollouts.map(({ alias, version: { number } }) => `a rollout of version ${number} is running for ${alias}`),
    ...requests.map(({ id, alias, version: { number } }) => {
      return `the promotion request ${id} of version ${number} to ${alias} is waiting`;
    }),
  ];
  if (holders.length === 0) return;
  const more = holders.length > NAMED ? `; and ${holders.length - NAMED} more` : '';
  const message = `${change}: ${holders.slice(0, NAMED).join('; ')}${more}. Move or remove the alias, end the rollout, or decide the request first.`;
  throw new HubError('CONFLICT', message, { holders: holders.slice(0, NAMED), count: holders.length });
}

/** Refuses a change of a model that a file is being imported into. @throws CONFLICT naming the import. */
export async function refuseIfImporting(tx: Prisma.TransactionClient, model: string, change: string): Promise<void> {
  const underWay = await tx.modelImport.findFirst({ where: { model, state: { in: ['QUEUED', 'RUNNING'] } } });
  if (!underWay) return;
  const message = `${change}: the import ${underWay.id} of ${underWay.fileName} is under way. Wait until it has ended.`;
  throw new HubError('CONFLICT', message, { model, import: underWay.id });
}

/** Refuses a version that is archived, or whose model is. @throws CONFLICT. */
export function refuseIfArchived({ number, archivedAt, model }: ArchivableVersion): void {
  refuseArchivedModel(model);
  if (!archivedAt) return;
  const message = `Version ${number} of ${model.name} is archived and cannot be promoted. Unarchive it first.`;
  throw new HubError('CONFLICT', message, { model: model.name, version: number });
}

/** @throws CONFLICT for a model that is archived. */
export function refuseArchivedModel({ name, archivedAt }: ArchivableModel): void {
  if (!archivedAt) return;
  throw new HubError('CONFLICT', `The model ${name} is archived. Unarchive it first.`, { model: name });
}

interface ArchivableModel {
  readonly name: string;
  readonly archivedAt: Date | null;
}

interface ArchivableVersion {
  readonly number: number;
  readonly archivedAt: Date | null;
  readonly model: ArchivableModel;
}

/**
 * Refuses an archived or deleted version in the transaction that lets something hold it. Until the transaction ends, nobody
 * archives or deletes the version. @throws NOT_FOUND, CONFLICT.
 */
export async function requireHoldable(tx: Prisma.TransactionClient, versionId: string): Promise<void> {
  await tx.$queryRaw`
    SELECT id FROM models WHERE id = (SELECT model_id FROM model_versions WHERE id = ${versionId}) FOR SHARE`;
  const version = await tx.modelVersion.findUnique({ where: { id: versionId }, include: { model: true } });
  if (!version) throw notFound('model version', versionId);
  refuseIfArchived(version);
}

/** Locks a model for a change of its settings, or of what may hold its versions. @throws NOT_FOUND. */
export async function lockModel(tx: Prisma.TransactionClient, name: string) {
  await tx.$queryRaw`SELECT id FROM models WHERE name = ${name} FOR UPDATE`;
  const model = await tx.model.findUnique({ where: { name } });
  if (model) return model;
  throw modelNotFound(name);
}

/** Reads a version of a locked model. @throws NOT_FOUND. */
export async function versionOf(
  tx: Prisma.TransactionClient,
  { id: modelId, name }: { readonly id: string; readonly name: string },
  number: number,
) {
  const version = await tx.modelVersion.findUnique({ where: { modelId_number: { modelId, number } } });
  if (version) return version;
  throw versionNotFound(name, number);
}
