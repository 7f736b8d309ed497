import { z } from 'zod';
import { HubError } from '../../errors.js';
import type { Prisma, PrismaClient } from '../../storage/database.js';
import { parseColumns } from '../../storage/parse-columns.js';
import type { Requester } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { ChangeNotices } from '../change/change-notices.js';
import type { DatasetContents } from '../dataset/dataset-contents.js';
import { toDatasetVersion } from '../dataset/dataset-row.js';
import { slicesIn } from '../model/gate.js';
import { rulesOf } from '../model/model-row.js';
import { NameNotFound } from '../names-like.js';
import { deletionRefusal, ownerColumns, ownerOf } from '../owner.js';
import {
  checkConditions,
  checkKnown,
  completed,
  conditionsSchema,
  conditionsText,
  type GivenCondition,
  type KnownNames,
  parseReference,
  type SavedSlice,
  type SliceCondition,
  sliceReference,
} from './slice.js';

/** Slices that a dataset may have. */
const MOST_SLICES = 50;

const column = z.object({ conditions: conditionsSchema });
const withDataset = { dataset: { select: { name: true } } } as const;
type SliceRow = Prisma.SavedSliceGetPayload<{ include: typeof withDataset }>;

/** The conditions of a stored slice. */
export const conditionsOf = (row: Pick<SliceRow, 'id' | 'conditions'>): readonly SliceCondition[] =>
  parseColumns(column, row, `slice ${row.id}`).conditions;

/** Saves, lists and deletes slices of datasets. Those that the gate of a model uses do not change. */
export class SliceService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly changes: ChangeNotices,
    private readonly contents: Pick<DatasetContents, 'of'>,
  ) {}

  /** Slices by dataset and name. @param dataset null for all datasets. @throws NOT_FOUND. */
  async list(dataset: string | null): Promise<SavedSlice[]> {
    if (dataset !== null) await requireDataset(this.prisma, dataset);
    const rows = await this.prisma.savedSlice.findMany({
      where: dataset === null ? {} : { dataset: { name: dataset } },
      include: withDataset,
      orderBy: [{ dataset: { name: 'asc' } }, { name: 'asc' }],
    });
    const used = await usesOfSlices(this.prisma);
    return rows.map((row) => toSlice(row, used));
  }

  /**
   * Saves a slice, in place of one with this name, which keeps its owner.
   * @throws NOT_FOUND; BAD_INPUT, also for names that no version of the dataset has; LIMIT_EXCEEDED; FORBIDDEN in place of
   * one of another token; CONFLICT where the gate of a model uses one with other conditions.
   */
  async save(
    dataset: string,
    name: string,
    given: readonly GivenCondition[],
    { actor, caller }: Requester,
  ): Promise<SavedSlice> {
    const conditions = given.map(completed);
    checkConditions(conditions);
    checkKnown(conditions, dataset, await this.#namesOf(dataset, conditions));
    const saved = await this.prisma.$transaction(async (tx) => {
      const found = await lockDataset(tx, dataset);
      const where = { datasetId_name: { datasetId: found.id, name } };
      const before = await lockSlice(tx, found.id, name);
      const reference = sliceReference(dataset, name);
      const refusal =
        before && deletionRefusal(`The slice ${reference} was saved by`, ownerOf(before), caller, 'changed');
      if (refusal) throw refusal;
      if (before && JSON.stringify(conditionsOf(before)) !== JSON.stringify(conditions)) {
        refuseIfUsed(await usesOfSlices(tx), reference, 'cannot change', 'Save the conditions under another name');
      }
      const count = await tx.savedSlice.count({ where: { datasetId: found.id } });
      if (!before && count >= MOST_SLICES) {
        const message = `${dataset} has ${count} slices; ${MOST_SLICES} is the most. Delete one first.`;
        throw new HubError('LIMIT_EXCEEDED', message, { received: count + 1, limit: MOST_SLICES });
      }
      const data = {
        conditions: conditions.map((condition) => ({
          ...condition,
          values: condition.values && [...condition.values],
        })),
      };
      const row = await tx.savedSlice.upsert({
        where,
        create: { ...data, ...ownerColumns(actor), datasetId: found.id, name },
        update: { ...data, createdAt: new Date() },
        include: withDataset,
      });
      const change = { from: before && conditionsText(conditionsOf(before)), to: conditionsText(conditions) };
      const entry = { action: 'SLICE_SAVED', subject: reference, ...change } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
      return row;
    });
    this.changes.tell('DATASET', dataset);
    return toSlice(saved, await usesOfSlices(this.prisma));
  }

  /** @throws NOT_FOUND; FORBIDDEN for one of another token; CONFLICT naming the models whose gate uses it. */
  async delete(dataset: string, name: string, { actor, caller }: Requester): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const row = await lockSlice(tx, (await requireDataset(tx, dataset)).id, name);
      if (!row) throw sliceNotFound(dataset, name);
      const reference = sliceReference(dataset, name);
      const refusal = deletionRefusal(`The slice ${reference} was saved by`, ownerOf(row), caller);
      if (refusal) throw refusal;
      refuseIfUsed(await usesOfSlices(tx), reference, 'cannot be deleted', 'Change its gate first');
      await tx.savedSlice.delete({ where: { id: row.id } });
      const entry = { action: 'SLICE_DELETED', subject: reference, from: conditionsText(conditionsOf(row)) } as const;
      await tx.auditEvent.create({ data: auditRow(actor, entry) });
    });
    this.changes.tell('DATASET', dataset);
  }

  /** The names that the versions of a dataset have; sources only as far as conditions ask for them. @throws NOT_FOUND. */
  async #namesOf(dataset: string, conditions: readonly SliceCondition[]): Promise<KnownNames> {
    const include = { dataset: true } as const;
    const found = await this.prisma.dataset.findUnique({
      where: { name: dataset },
      include: { versions: { include, orderBy: { number: 'desc' } } },
    });
    if (!found) throw new NameNotFound('dataset', dataset);
    const versions = found.versions.map(toDatasetVersion);
    const asked = conditions.flatMap(({ kind, values }) => (kind === 'SOURCE' ? (values ?? []) : []));
    const sources = new Set<string>();
    for (const { id, derivation } of versions) {
      if (asked.every((source) => sources.has(source))) break;
      if (!derivation) continue; // all images of it came with its own source
      for (const source of (await this.contents.of(id)).manifest.sources ?? []) sources.add(source);
    }
    return {
      classes: unique(versions.flatMap(({ classes }) => classes)),
      columns: unique(versions.flatMap(({ statistics }) => statistics?.columns?.map((column) => column.name) ?? [])),
      sources: [...sources],
    };
  }
}

const unique = (names: readonly string[]): string[] => [...new Set(names)];

/** Locks a dataset until the transaction ends, so that it is not deleted meanwhile. @throws NOT_FOUND. */
export async function lockDataset(tx: Prisma.TransactionClient, name: string) {
  await tx.$queryRaw`SELECT id FROM datasets WHERE name = ${name} FOR UPDATE`;
  return requireDataset(tx, name);
}

/** @throws NOT_FOUND. */
async function requireDataset(db: Pick<Prisma.TransactionClient, 'dataset'>, name: string) {
  const found = await db.dataset.findUnique({ where: { name } });
  if (!found) throw new NameNotFound('dataset', name);
  return found;
}

const sliceNotFound = (dataset: string, name: string): HubError =>
  new HubError('NOT_FOUND', `The dataset ${dataset} has no slice named ${name}: "hub slice list" lists them.`, {
    dataset,
    name,
  });

/** Locks a slice until the transaction ends, so that no gate can begin to use it meanwhile; null for none. */
async function lockSlice(tx: Prisma.TransactionClient, datasetId: string, name: string) {
  await tx.$queryRaw`SELECT id FROM saved_slices WHERE dataset_id = ${datasetId} AND name = ${name} FOR UPDATE`;
  return tx.savedSlice.findUnique({ where: { datasetId_name: { datasetId, name } } });
}

/** Keeps a slice, named as `dataset/slice`, from being deleted before the transaction ends. @throws NOT_FOUND; BAD_INPUT. */
export async function requireSlice(tx: Prisma.TransactionClient, reference: string): Promise<void> {
  const { dataset, name } = parseReference(reference);
  const { id } = await requireDataset(tx, dataset);
  if (!(await lockSlice(tx, id, name))) throw sliceNotFound(dataset, name);
}

/** Deletes the slices of a dataset that is to be deleted. @throws CONFLICT naming one that a gate uses. */
export async function deleteSlicesOf(
  tx: Prisma.TransactionClient,
  dataset: { readonly id: string; readonly name: string },
): Promise<void> {
  await tx.$queryRaw`SELECT id FROM saved_slices WHERE dataset_id = ${dataset.id} FOR UPDATE`;
  const where = { datasetId: dataset.id };
  const used = await usesOfSlices(tx);
  for (const { name } of await tx.savedSlice.findMany({ where, orderBy: { name: 'asc' } })) {
    refuseIfUsed(used, sliceReference(dataset.name, name), 'cannot be deleted', 'Change its gate first');
  }
  await tx.savedSlice.deleteMany({ where });
}

/** Names of the models whose gate uses a slice, by its reference. */
async function usesOfSlices(prisma: Pick<PrismaClient, 'model'>): Promise<ReadonlyMap<string, readonly string[]>> {
  const models = await prisma.model.findMany({
    select: { id: true, name: true, gate: true },
    orderBy: { name: 'asc' },
  });
  const used = new Map<string, string[]>();
  for (const model of models) {
    for (const slice of slicesIn(rulesOf(model))) {
      used.set(slice, [...(used.get(slice) ?? []), model.name]);
    }
  }
  return used;
}

function refuseIfUsed(
  used: ReadonlyMap<string, readonly string[]>,
  reference: string,
  what: string,
  remedy: string,
): void {
  const models = used.get(reference) ?? [];
  if (models.length === 0) return;
  const message = `The slice ${reference} ${what}: the gate of ${models.join(', ')} has a rule on it. ${remedy}.`;
  throw new HubError('CONFLICT', message, { models });
}

function toSlice(row: SliceRow, used: ReadonlyMap<string, readonly string[]>): SavedSlice {
  const { id, name, createdAt, dataset } = row;
  const conditions = conditionsOf(row);
  const usedBy = used.get(sliceReference(dataset.name, name)) ?? [];
  return {
    id,
    name,
    createdAt,
    dataset: dataset.name,
    conditions,
    text: conditionsText(conditions),
    usedBy,
    owner: ownerOf(row),
  };
}
