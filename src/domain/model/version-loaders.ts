import DataLoader from 'dataloader';
import { groupBy } from '../../group-by.js';
import type { PrismaClient } from '../../storage/database.js';
import type { ModelVersion } from './model.js';
import { toModelVersion, withVersionRelations } from './model-version-row.js';

/** Model versions that are read on request: one query for any number of runs. */
export class VersionLoaders {
  constructor(private readonly prisma: PrismaClient) {}

  /** The versions that a run made, oldest first, without archived ones. */
  readonly ofRun = new DataLoader<string, ModelVersion[]>(
    async (ids) => {
      const where = { runId: { in: [...ids] }, archivedAt: null };
      const orderBy = { createdAt: 'asc' } as const;
      const rows = await this.prisma.modelVersion.findMany({ where, include: withVersionRelations, orderBy });
      const byRun = groupBy(rows, ({ runId }) => runId);
      return ids.map((id) => (byRun.get(id) ?? []).map(toModelVersion));
    },
    { cache: false },
  );
}
