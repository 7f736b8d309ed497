import type { PrismaClient } from '../../storage/database.js';
import { numberOf, type Page, type PageRequest, pageOfRows } from '../page.js';
import { type RunFilter, RunGrouping, whereOf } from './run-list.js';

/** Runs that belong together, and the best figures among them. */
export interface RunGroup {
  /** Unique among the groups of one kind; null for the runs that belong to none. */
  readonly id: string | null;
  /** Name of the pipeline, or of the dataset with the number of its version; null for a sweep without a name. */
  readonly label: string | null;
  readonly dataset: string | null;
  readonly datasetVersion: number | null;
  readonly count: number;
  /** Highest of the kept epochs. */
  readonly validationAccuracy: number | null;
  readonly testAccuracy: number | null;
  /** When its newest run was created. */
  readonly newestAt: Date;
}

/** What is said about a group besides its figures. */
type About = Pick<RunGroup, 'label' | 'dataset' | 'datasetVersion'>;
const NOTHING: About = { label: null, dataset: null, datasetVersion: null };

/** Groups runs by their pipeline, their sweep or their dataset version. */
export class RunGroups {
  constructor(private readonly prisma: PrismaClient) {}

  /** A page of groups, the one with the newest run first; cursors are positions. @throws BAD_INPUT for another cursor. */
  async page(by: RunGrouping, filter: RunFilter, request: PageRequest): Promise<Page<RunGroup>> {
    const { first, after } = request;
    const skip = after === null ? 0 : numberOf(after) + 1;
    const where = await whereOf(this.prisma, filter);
    const rows = await this.prisma.run.groupBy({
      by: [by],
      where,
      _count: { _all: true },
      _max: { createdAt: true, validationAccuracy: true, testAccuracy: true },
      orderBy: [{ _max: { createdAt: 'desc' } }, { _max: { id: 'desc' } }],
      skip,
      take: first + 1,
    });
    const ids = rows.flatMap((row) => row[by] ?? []);
    const about = await this.#about(by, ids);
    const groups = rows.map(({ _count, _max, [by]: id = null }, index) => ({
      position: skip + index,
      id,
      ...((id !== null && about.get(id)) || NOTHING),
      count: _count._all,
      validationAccuracy: _max.validationAccuracy,
      testAccuracy: _max.testAccuracy,
      newestAt: _max.createdAt as Date,
    }));
    return pageOfRows(
      groups,
      request,
      (shown) => shown,
      ({ position }) => String(position),
      async () => (await this.prisma.run.groupBy({ by: [by], where })).length,
    );
  }

  async #about(by: RunGrouping, ids: readonly string[]): Promise<ReadonlyMap<string, About>> {
    const { run, sweep, datasetVersion } = this.prisma;
    const where = { id: { in: [...ids] } };
    if (by === RunGrouping.SWEEP) {
      const rows = await sweep.findMany({ where, select: { id: true, name: true } });
      return new Map(rows.map(({ id, name }) => [id, { ...NOTHING, label: name }]));
    }
    if (by === RunGrouping.DATASET) {
      const rows = await datasetVersion.findMany({ where, select: { id: true, number: true, dataset: true } });
      return new Map(
        rows.map(({ id, number, dataset: { name } }) => [
          id,
          { label: `${name} ${number}`, dataset: name, datasetVersion: number },
        ]),
      );
    }
    const rows = await run.findMany({
      where: { pipelineId: { in: [...ids] }, stage: 1 },
      select: { pipelineId: true, pipeline: true, name: true },
    });
    return new Map(
      rows.map(({ pipelineId, pipeline, name }) => [pipelineId as string, { ...NOTHING, label: name ?? pipeline }]),
    );
  }
}
