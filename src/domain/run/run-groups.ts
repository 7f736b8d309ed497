import { HubError } from '../../errors.js';
import type { PrismaClient } from '../../storage/database.js';
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

export interface RunGroupPage {
  readonly groups: readonly RunGroup[];
  /** Place of the next page; null on the last. */
  readonly next: string | null;
}

/** What is said about a group besides its figures. */
type About = Pick<RunGroup, 'label' | 'dataset' | 'datasetVersion'>;
const NOTHING: About = { label: null, dataset: null, datasetVersion: null };

/** Groups runs by their pipeline, their sweep or their dataset version. */
export class RunGroups {
  constructor(private readonly prisma: PrismaClient) {}

  /** A page of groups, the one with the newest run first. @throws BAD_INPUT for a place that is none. */
  async page(by: RunGrouping, filter: RunFilter, first: number, after: string | null): Promise<RunGroupPage> {
    if (after !== null && !/^\d{1,9}$/.test(after)) {
      throw new HubError('BAD_INPUT', '"after" must be the "next" of a page of groups.', { after });
    }
    const skip = Number(after ?? 0);
    const rows = await this.prisma.run.groupBy({
      by: [by],
      where: await whereOf(this.prisma, filter),
      _count: { _all: true },
      _max: { createdAt: true, validationAccuracy: true, testAccuracy: true },
      orderBy: [{ _max: { createdAt: 'desc' } }, { _max: { id: 'desc' } }],
      skip,
      take: first + 1,
    });
    const shown = rows.slice(0, first);
    const ids = shown.flatMap((row) => row[by] ?? []);
    const about = await this.#about(by, ids);
    const groups = shown.map(({ _count, _max, [by]: id = null }) => ({
      id,
      ...((id !== null && about.get(id)) || NOTHING),
      count: _count._all,
      validationAccuracy: _max.validationAccuracy,
      testAccuracy: _max.testAccuracy,
      newestAt: _max.createdAt as Date,
    }));
    return { groups, next: rows.length > first ? String(skip + first) : null };
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
