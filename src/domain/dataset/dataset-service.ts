import { HubError } from '../../errors.js';
import { isUniqueViolation, type PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { ChangeNotices } from '../change/change-notices.js';
import { NameNotFound } from '../names-like.js';
import { ownerColumns } from '../owner.js';
import { deleteSlicesOf, lockDataset } from '../slice/slice-service.js';
import type { Dataset } from './dataset.js';
import { toDataset, withDatasetVersions } from './dataset-row.js';

/** Creates, lists and deletes datasets. */
export class DatasetService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly changes: ChangeNotices,
  ) {}

  /** @throws CONFLICT when the name is taken. */
  async create(name: string, description: string | null, actor: Actor): Promise<Dataset> {
    const data = { name, description, ...ownerColumns(actor) };
    try {
      const [row] = await this.prisma.$transaction([
        this.prisma.dataset.create({ data }),
        this.prisma.auditEvent.create({ data: auditRow(actor, { action: 'DATASET_CREATED', subject: name }) }),
      ]);
      this.changes.tell('DATASET', name);
      return toDataset({ ...row, versions: [] });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new HubError('CONFLICT', `There is a dataset named ${name} already.`, { name });
    }
  }

  async list(): Promise<Dataset[]> {
    const rows = await this.prisma.dataset.findMany({ include: withDatasetVersions, orderBy: { name: 'asc' } });
    return rows.map(toDataset);
  }

  async find(by: { readonly name: string } | { readonly id: string }): Promise<Dataset | null> {
    const row = await this.prisma.dataset.findUnique({ where: by, include: withDatasetVersions });
    return row && toDataset(row);
  }

  /** @throws NOT_FOUND, or CONFLICT while it has versions, or slices that a gate uses. */
  async delete(name: string, actor: Actor): Promise<void> {
    const dataset = await this.find({ name });
    if (!dataset) throw new NameNotFound('dataset', name);
    if (dataset.versions.length > 0) {
      const numbers = dataset.versions.map(({ number }) => number).join(', ');
      throw new HubError('CONFLICT', `The dataset ${name} has the versions ${numbers}: delete those first.`, { name });
    }
    await this.prisma.$transaction(async (tx) => {
      await deleteSlicesOf(tx, await lockDataset(tx, name));
      await tx.dataset.delete({ where: { name } });
      await tx.auditEvent.create({ data: auditRow(actor, { action: 'DATASET_DELETED', subject: name }) });
    });
    this.changes.tell('DATASET', name);
  }
}
