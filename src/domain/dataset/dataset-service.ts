import { HubError } from '../../errors.js';
import type { DatasetType } from '../../schema/dataset/dataset.type.js';
import { isUniqueViolation, type PrismaClient } from '../../storage/database.js';
import type { Actor } from '../actor.js';
import { auditRow } from '../audit/audit-event.js';
import type { ChangeNotices } from '../change/change-notices.js';
import { toDataset, withVersions } from './dataset-row.js';

export class DatasetService {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly changes: ChangeNotices,
  ) {}

  async create(name: string, description: string | null): Promise<DatasetType> {
    try {
      const row = await this.prisma.dataset.create({ data: { name, description } });
      this.changes.tell('DATASET', name);
      return toDataset({ ...row, versions: [] });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw new HubError('CONFLICT', `There is a dataset named ${name} already.`, { name });
    }
  }

  async list(): Promise<DatasetType[]> {
    const rows = await this.prisma.dataset.findMany({ include: withVersions, orderBy: { name: 'asc' } });
    return rows.map(toDataset);
  }

  async find(name: string): Promise<DatasetType | null> {
    const row = await this.prisma.dataset.findUnique({ where: { name }, include: withVersions });
    return row && toDataset(row);
  }

  /** @throws NOT_FOUND, or CONFLICT while it has versions. */
  async delete(name: string, by: Actor): Promise<void> {
    const dataset = await this.find(name);
    if (!dataset) throw new HubError('NOT_FOUND', `There is no dataset named ${name}.`, { name });
    if (dataset.versions.length > 0) {
      const numbers = dataset.versions.map(({ number }) => number).join(', ');
      throw new HubError('CONFLICT', `The dataset ${name} has the versions ${numbers}: delete those first.`, { name });
    }
    await this.prisma.$transaction([
      this.prisma.dataset.delete({ where: { name } }),
      this.prisma.auditEvent.create({ data: auditRow(by, { action: 'DATASET_DELETED', subject: name }) }),
    ]);
    this.changes.tell('DATASET', name);
  }
}
